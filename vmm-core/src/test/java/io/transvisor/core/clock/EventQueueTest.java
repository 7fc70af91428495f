package io.transvisor.core.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventQueueTest {
  private long now;
  private final EventQueue queue = new EventQueue(() -> now);
  private final List<String> fired = new ArrayList<>();

  private Timer timer(String name) {
    return queue.timer(name, () -> fired.add(name));
  }

  @Test
  void firesInOrderOfTimeThenOfScheduling() {
    timer("late").scheduleAt(20);
    timer("first").scheduleAt(10);
    timer("second").scheduleAt(10);
    assertThat(queue.nextDeadline()).isEqualTo(10);
    now = 9;
    queue.runDue();
    assertThat(fired).isEmpty();
    now = 20;
    queue.runDue();
    assertThat(fired).containsExactly("first", "second", "late");
    assertThat(queue.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void reschedulingReplaces() {
    Timer t = timer("t");
    t.scheduleAt(10);
    t.scheduleIn(30);
    now = 10;
    queue.runDue();
    assertThat(fired).isEmpty();
    assertThat(t.isScheduled()).isTrue();
    assertThat(t.deadline()).isEqualTo(30);
    t.cancel();
    now = 40;
    queue.runDue();
    assertThat(fired).isEmpty();
  }

  @Test
  void anActionMayScheduleItselfAgain() {
    Timer[] tick = new Timer[1];
    tick[0] =
        queue.timer(
            "tick",
            () -> {
              fired.add("tick");
              tick[0].scheduleAt(tick[0].deadline() + 10);
            });
    tick[0].scheduleAt(10);
    now = 35;
    queue.runDue();
    assertThat(fired).hasSize(3);
    assertThat(queue.nextDeadline()).isEqualTo(40);
  }

  @Test
  void tellsOfEarlierDeadlinesOnly() {
    int[] told = new int[1];
    queue.onEarlierDeadline(() -> told[0]++);
    timer("a").scheduleAt(10);
    timer("b").scheduleAt(20);
    timer("c").scheduleAt(5);
    assertThat(told[0]).isEqualTo(2);
  }

  @Test
  void instructionClockSkipsIdleTime() {
    InstructionClock clock = new InstructionClock();
    long[] retired = {100};
    clock.attach(() -> retired[0]);
    assertThat(clock.nanos()).isEqualTo(1000);
    assertThat(clock.idleUntil(5000)).isZero();
    assertThat(clock.idleUntil(10)).isZero();
    assertThat(clock.nanos()).isEqualTo(5000);
    retired[0] = 101;
    assertThat(clock.nanos()).isEqualTo(5010);
  }
}
