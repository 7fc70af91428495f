package io.transvisor.bt.differential;

import io.transvisor.core.cpu.CpuState;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A random program with its world, its data, and what happens to it from outside. All of it follows
 * from a seed; shrinking replaces instructions by NOPs and leaves events out.
 *
 * @param program instructions one after the other
 * @param events between runs of some instructions
 */
record Trial(long seed, World world, List<byte[]> program, List<Event> events) {
  /** What is done to both machines after they have run for some instructions. */
  enum Action {
    NOTHING,
    INTERRUPT,
    NON_MASKABLE,
    /** A device writes into the code. */
    WRITE_CODE,
    SWITCH_A20,
    SINGLE_STEP,
    /** General registers are changed. */
    REGISTERS,
    /** The CPU's state is saved and loaded: compiled and decoded code is forgotten. */
    SAVE_AND_LOAD
  }

  /**
   * @param instructions to run before
   * @param detail what the action makes its choices of
   */
  record Event(int instructions, Action action, int detail) {}

  private static final int RUNS = 14;

  static Trial draw(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    World world = World.draw(random);
    List<byte[]> program = new RandomProgram(world, random).generate();
    List<Event> events = new ArrayList<>();
    Action[] actions = Action.values();
    for (int n = 0; n < RUNS; n++) {
      int most = random.nextInt(3) == 0 ? 30 : 3000;
      Action action =
          random.nextInt(3) == 0 ? actions[random.nextInt(actions.length)] : Action.NOTHING;
      events.add(new Event(1 + random.nextInt(most), action, random.nextInt()));
    }
    return new Trial(seed, world, program, events);
  }

  /** Puts a machine to where the trial begins. */
  void prepare(WorldMachine m) {
    RandomGenerator random = new SplittableRandom(seed ^ 0x5DEECE66DL);
    byte[] data = new byte[0x4000];
    random.nextBytes(data);
    m.memory.writeBytes(World.DATA, data, 0, data.length);
    m.memory.writeBytes(World.STACK, data, 0, data.length);
    byte[] code = code();
    m.memory.writeBytes(World.CODE + World.START, code, 0, code.length);
    m.memory.writeBytes(World.OTHER_CODE + World.START, code, 0, code.length);
    // The same but for a few bytes in the second page.
    for (int n = 0; n < 12; n++) {
      int at = World.OTHER_CODE + 0x1000 + random.nextInt(World.SIZE + World.START - 0x1000);
      m.memory.write(at, 1, m.memory.read(at, 1) ^ 1 << random.nextInt(8));
    }
    m.restart(0);
    registers(m, random);
  }

  byte[] code() {
    int length = program.stream().mapToInt(item -> item.length).sum();
    byte[] code = new byte[length];
    int at = 0;
    for (byte[] item : program) {
      System.arraycopy(item, 0, code, at, item.length);
      at += item.length;
    }
    return code;
  }

  private void registers(WorldMachine m, RandomGenerator random) {
    for (int r = 0; r < 8; r++) {
      m.cpu.gpr[r] = random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt();
    }
    m.cpu.gpr[CpuState.ESI] = world.data(0x800);
    m.cpu.gpr[CpuState.EDI] = world.data(0x1800);
    m.cpu.gpr[CpuState.EBP] = world.framePointer();
    m.cpu.gpr[CpuState.ESP] = world.stackPointer();
  }

  /** Does to a machine what an event says. */
  void act(WorldMachine m, Event event) {
    RandomGenerator random = new SplittableRandom(event.detail);
    switch (event.action) {
      case NOTHING -> {}
      case INTERRUPT -> m.interrupt();
      case NON_MASKABLE -> m.nonMaskable();
      case WRITE_CODE -> {
        byte[] bytes = new byte[1 + random.nextInt(3)];
        random.nextBytes(bytes);
        int at = World.CODE + World.START + random.nextInt(World.SIZE);
        m.memory.writeBytes(at, bytes, 0, bytes.length);
      }
      case SWITCH_A20 -> m.memory.setA20(random.nextBoolean());
      case SINGLE_STEP -> m.cpu.setEflags(m.cpu.getEflags() ^ CpuState.TF);
      case REGISTERS -> registers(m, random);
      case SAVE_AND_LOAD -> m.saveAndLoad();
    }
  }

  /** After the CPU has stopped: the program goes on somewhere else. */
  void restart(WorldMachine m, Event event) {
    RandomGenerator random = new SplittableRandom(event.detail + 1L);
    int item = random.nextInt(program.size());
    int offset = 0;
    for (int n = 0; n < item; n++) {
      offset += program.get(n).length;
    }
    m.restart(random.nextBoolean() ? 0 : offset);
    registers(m, random);
  }
}
