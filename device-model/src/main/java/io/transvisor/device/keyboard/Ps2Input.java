package io.transvisor.device.keyboard;

import io.transvisor.core.input.InputSink;
import io.transvisor.core.input.Key;
import io.transvisor.core.machine.MachineControl;

/**
 * Hands keys and pointer movements from consoles over to the vCPU thread, where the PS/2 keyboard
 * and mouse take them.
 */
public final class Ps2Input implements InputSink {
  private final MachineControl machine;
  private final Ps2Keyboard keyboard;
  private final Ps2Mouse mouse;

  public Ps2Input(MachineControl machine, Ps2Keyboard keyboard, Ps2Mouse mouse) {
    this.machine = machine;
    this.keyboard = keyboard;
    this.mouse = mouse;
  }

  @Override
  public void key(Key key, boolean down) {
    machine.post(() -> keyboard.key(key, down));
  }

  @Override
  public void mouse(int dx, int dy, int dz, int buttons) {
    machine.post(() -> mouse.move(dx, dy, dz, buttons));
  }

  @Override
  public void guide(int dx, int dy, int dz, int buttons) {
    machine.post(() -> mouse.guide(dx, dy, dz, buttons));
  }

  @Override
  public void push(int dx, int dy, int buttons) {
    machine.post(() -> mouse.push(dx, dy, buttons));
  }
}
