package io.transvisor.console.control;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A password that takes notes. */
public final class FakePassword implements VncPassword {
  public final List<String> done = new CopyOnWriteArrayList<>();

  @Override
  public void set(String password) {
    done.add("set " + password);
  }

  @Override
  public void expire(Instant at) {
    done.add("expire " + at);
  }
}
