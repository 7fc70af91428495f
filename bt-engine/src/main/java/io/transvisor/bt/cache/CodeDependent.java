package io.transvisor.bt.cache;

/** Something made from guest code bytes that is wrong once they change. */
@FunctionalInterface
public interface CodeDependent {
  void codeChanged();
}
