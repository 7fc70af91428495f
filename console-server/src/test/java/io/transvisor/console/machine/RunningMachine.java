package io.transvisor.console.machine;

import io.transvisor.console.control.Operator;
import io.transvisor.core.input.InputSink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/**
 * A machine with a Multiboot kernel on a thread of its own, stopped before its first instruction.
 */
public final class RunningMachine implements AutoCloseable {
  private static final int MAGIC = 0x1BADB002;
  private static final int ADDRESSES_GIVEN = 1 << 16;
  private static final int SIZE = 0x1000;

  /** Where the kernel is loaded; its code follows the header. */
  public static final int LOAD_ADDRESS = 0x100000;

  public static final int CODE = LOAD_ADDRESS + 0x20;

  private final AssembledMachine assembled;
  private final Operator operator;
  private final Thread vcpu;
  private volatile int exitCode = -1;

  /**
   * @param engine {@code interpret}, {@code hybrid} or {@code translate}
   * @param kernel the whole file
   */
  public RunningMachine(String engine, byte[] kernel) {
    MachineSpec spec =
        MachineSpec.builder()
            .memory("8")
            .engine(engine)
            .display(null, "none")
            .startPaused(true)
            .build()
            .withKernel(Path.of("kernel"), kernel);
    assembled = MachineFactory.assemble(spec);
    operator = new MachineOperator(assembled, true);
    assembled.machine().setPaused(true);
    vcpu = new Thread(() -> exitCode = assembled.machine().run(), "vcpu of a test");
    vcpu.start();
    // Only now is it stopped, and nobody is told any more that it has been.
    operator.status().join();
  }

  /** A kernel of these instructions, in hexadecimal; it starts at {@link #CODE}. */
  public static byte[] kernel(String code) {
    ByteBuffer image = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    image.putInt(MAGIC).putInt(ADDRESSES_GIVEN).putInt(-(MAGIC + ADDRESSES_GIVEN));
    image.putInt(LOAD_ADDRESS).putInt(LOAD_ADDRESS).putInt(0).putInt(0).putInt(CODE);
    image.put(HexFormat.of().parseHex(code.replace(" ", "")));
    return image.array();
  }

  public Operator operator() {
    return operator;
  }

  public InputSink input() {
    return assembled.board().input();
  }

  /** Waits for the end of the run. */
  public int awaitExit() throws InterruptedException {
    vcpu.join(TimeUnit.SECONDS.toMillis(30));
    return exitCode;
  }

  @Override
  public void close() throws InterruptedException {
    operator.powerOff();
    awaitExit();
    assembled.machine().close();
  }
}
