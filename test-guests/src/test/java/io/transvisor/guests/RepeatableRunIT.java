package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.machine.MachineFactory;
import io.transvisor.console.machine.MachineSpec;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.machine.Machine;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@code -clock icount} two runs without input are the same to the bit. */
@Tag("guest")
class RepeatableRunIT {
  private static final long SECOND = 1_000_000_000L;
  private static final int CHUNK = 1 << 20;

  /** A date, because a clock that starts at the time of day would make the difference. */
  private static final String DATE = "base=2000-02-17T12:00:00";

  @TempDir Path directory;

  /** What a run is judged by. */
  private record Ending(
      long instructions, int registers, int memory, int picture, String text, String serial) {}

  private Ending run(MachineSpec.Builder spec, long guestNanos) throws IOException {
    Path serial = Files.createTempFile(directory, "serial", ".txt");
    spec.clock("icount").rtc(DATE).display(null, "none").serial(List.of("file:" + serial));
    Machine machine = MachineFactory.assemble(spec.build()).machine();
    try {
      Timer end = machine.events().timer("end of the test", () -> machine.exit(0));
      end.scheduleAt(guestNanos);
      machine.run();
      machine.video().refresh(machine.screen());
      String text = machine.video().text();
      return new Ending(
          machine.engine().cpu().instructions,
          Arrays.hashCode(machine.engine().cpu().gpr) * 31 + machine.engine().cpu().eip,
          memory(machine),
          Arrays.hashCode(machine.screen().copy().pixels()),
          text == null ? "" : text,
          Files.readString(serial));
    } finally {
      machine.close();
    }
  }

  private static int memory(Machine machine) {
    byte[] chunk = new byte[CHUNK];
    int hash = 1;
    for (int at = 0; at < machine.memory().ramSize(); at += CHUNK) {
      machine.memory().readBytes(at, chunk, 0, CHUNK);
      hash = 31 * hash + Arrays.hashCode(chunk);
    }
    return hash;
  }

  private Ending same(Supplier<MachineSpec.Builder> spec, int guestSeconds) throws IOException {
    Ending first = run(spec.get(), guestSeconds * SECOND);
    Ending second = run(spec.get(), guestSeconds * SECOND);
    assertThat(second).isEqualTo(first);
    return first;
  }

  @Test
  void firmwareAndFreeDos() throws IOException {
    Ending ending =
        same(
            () ->
                MachineSpec.builder()
                    .memory("16")
                    .floppy(0, GuestImages.small("freedos-boot-1440.img"))
                    .boot("a")
                    .snapshot(true),
            8);
    assertThat(ending.text()).contains("A:\\>");
  }

  @Test
  void demo() throws IOException {
    Ending ending = same(this::demoGuest, 3);
    assertThat(ending.picture()).isNotZero();
  }

  private MachineSpec.Builder demoGuest() {
    try (InputStream in = RepeatableRunIT.class.getResourceAsStream("demo.bin")) {
      Path kernel = Files.write(directory.resolve("demo.bin"), in.readAllBytes());
      return MachineSpec.builder().memory("16").kernel(kernel, null, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
