package io.transvisor.console.control;

import io.transvisor.core.error.VmmException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waiting for what an {@link Operator} promises. */
public final class Answers {
  private static final int ANSWER_SECONDS = 30;

  private Answers() {}

  /** Waits for the machine, which does things between two guest instructions. */
  public static <T> T await(CompletableFuture<T> answer) {
    try {
      return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof VmmException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new VmmException("the machine does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VmmException("interrupted", e);
    }
  }
}
