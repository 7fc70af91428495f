package io.transvisor.device.keyboard;

import io.transvisor.core.FakeClock;
import io.transvisor.core.RecordingIrqLine;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.misc.A20Gate;
import java.util.ArrayList;
import java.util.List;

/** A controller with keyboard and mouse, and what software does with them. */
final class Ps2Bench {
  static final int OUTPUT_FULL = 0x01;
  static final int AUX_FULL = 0x20;
  private static final long BYTE_TIME = 1_000_000;

  final FakeClock clock = new FakeClock();
  final PortSpace ports = new PortSpace();
  final RecordingIrqLine irq1 = new RecordingIrqLine();
  final RecordingIrqLine irq12 = new RecordingIrqLine();
  final A20Gate a20 = new A20Gate(new PhysicalMemory(1 << 20, 0));
  final Ps2Keyboard keyboard = new Ps2Keyboard(clock.events());
  final Ps2Mouse mouse = new Ps2Mouse(clock.events());
  final I8042 controller;
  int resets;

  Ps2Bench() {
    controller =
        new I8042(ports, clock.events(), keyboard, mouse, irq1, irq12, a20, () -> resets++);
    keyboard.reset(ResetKind.POWER_ON);
    mouse.reset(ResetKind.POWER_ON);
    controller.reset(ResetKind.POWER_ON);
  }

  int status() {
    return ports.read(0x64, 1);
  }

  int data() {
    return ports.read(0x60, 1);
  }

  void command(int value) {
    ports.write(0x64, 1, value);
  }

  void command(int value, int parameter) {
    command(value);
    ports.write(0x60, 1, parameter);
  }

  void write(int value) {
    ports.write(0x60, 1, value);
  }

  /**
   * Everything that arrives, in order, as patient software reads it; bytes of the mouse have 100h
   * added.
   */
  List<Integer> drain() {
    List<Integer> bytes = new ArrayList<>();
    for (int idle = 0; idle < 2; ) {
      int status = status();
      if ((status & OUTPUT_FULL) != 0) {
        bytes.add(data() | ((status & AUX_FULL) != 0 ? 0x100 : 0));
        idle = 0;
      } else {
        idle++;
      }
      clock.advance(BYTE_TIME);
    }
    return bytes;
  }

  /** Sends bytes to the keyboard and returns what comes back. */
  List<Integer> toKeyboard(int... bytes) {
    List<Integer> answers = new ArrayList<>();
    for (int b : bytes) {
      write(b);
      answers.addAll(drain());
    }
    return answers;
  }

  /** Sends bytes to the mouse and returns what comes back, without the mark. */
  List<Integer> toMouse(int... bytes) {
    List<Integer> answers = new ArrayList<>();
    for (int b : bytes) {
      command(0xD4, b);
      for (int answer : drain()) {
        answers.add(answer & 0xFF);
      }
    }
    return answers;
  }

  static List<Integer> hex(String bytes) {
    List<Integer> values = new ArrayList<>();
    for (String b : bytes.isBlank() ? new String[0] : bytes.trim().split(" +")) {
      values.add(Integer.parseInt(b, 16));
    }
    return values;
  }
}
