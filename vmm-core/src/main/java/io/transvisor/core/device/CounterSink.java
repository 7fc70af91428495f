package io.transvisor.core.device;

/**
 * Takes what a device counts, for statistics. Names are lower-case words with dots from the general
 * to the particular; a name that ends in {@code .ns} counts nanoseconds, one in {@code .bytes}
 * bytes, any other events or things. Whoever shows counters shows all there are, so a new one needs
 * nothing but to be given here.
 */
@FunctionalInterface
public interface CounterSink {
  /**
   * @param name the same at every reading
   * @param value what has been counted since power-on, or what there is now
   */
  void count(String name, long value);
}
