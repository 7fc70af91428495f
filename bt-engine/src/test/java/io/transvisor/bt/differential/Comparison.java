package io.transvisor.bt.differential;

import io.transvisor.bt.differential.Trial.Event;
import io.transvisor.bt.interp.EngineKind;
import io.transvisor.bt.interp.EngineOptions;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;

/** Runs a trial on two engines side by side until they differ. */
final class Comparison {
  /** Times a program is taken up again after an exception, for one event. */
  private static final int MOST_RESTARTS = 8;

  /**
   * Where engines differed.
   *
   * @param event number of the run that shows it
   * @param what is not the same
   */
  record Difference(int event, String what) {}

  private final Trial trial;
  private final WorldMachine reference;
  private final WorldMachine tested;

  /**
   * @param options what the tested engine compiles; the other one interprets
   */
  Comparison(Trial trial, EngineOptions options) {
    this.trial = trial;
    reference = new WorldMachine(trial.world(), EngineOptions.of(EngineKind.INTERPRET));
    tested = new WorldMachine(trial.world(), options);
    trial.prepare(reference);
    trial.prepare(tested);
  }

  long instructions() {
    return tested.cpu.instructions;
  }

  long regionsCompiled() {
    return tested.regionsCompiled();
  }

  String states() {
    return "-- interpreter --%n%s%n-- tested --%n%s"
        .formatted(reference.cpu.describe(), tested.cpu.describe());
  }

  /** The first difference, or null. */
  Difference run() {
    for (int n = 0; n < trial.events().size(); n++) {
      Event event = trial.events().get(n);
      String what = run(event);
      if (what != null) {
        return new Difference(n, what);
      }
      trial.act(reference, event);
      trial.act(tested, event);
    }
    return null;
  }

  /** Runs for an event's instructions; exceptions stop the CPU, and the rest is run after that. */
  private String run(Event event) {
    long end = reference.cpu.instructions + event.instructions();
    for (int n = 0; n <= MOST_RESTARTS; n++) {
      int left = (int) (end - reference.cpu.instructions);
      if (left <= 0) {
        return null;
      }
      long from = reference.cpu.instructions;
      Outcome expected = reference.run(left);
      Outcome outcome = tested.run(left);
      String difference =
          outcome == expected
              ? WorldMachine.difference(reference, tested)
              : "outcome %s and %s".formatted(expected, outcome);
      if (difference != null) {
        return "%s, after %d instructions (%d left)"
            .formatted(difference, reference.cpu.instructions - from, left);
      }
      if (expected != Outcome.CONTINUE) {
        Event again = new Event(0, event.action(), event.detail() + n);
        trial.restart(reference, again);
        trial.restart(tested, again);
      }
    }
    return null;
  }
}
