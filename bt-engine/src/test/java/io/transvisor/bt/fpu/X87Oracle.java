package io.transvisor.bt.fpu;

import io.transvisor.bt.HostRecorder;
import io.transvisor.bt.fpu.X87Vectors.Instruction;
import io.transvisor.bt.interp.EngineKind;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fresh cases of x87 instructions against this machine: {@code mvn test -Poracle}. */
class X87Oracle {
  @TempDir Path directory;

  @Test
  void agreesWithThisMachine() throws IOException {
    HostRecorder.compile(directory, "x87-vectors")
        .record(directory, recording -> X87Vectors.parse(recording).forEach(X87Oracle::verify));
  }

  private static void verify(Instruction instruction) {
    for (EngineKind engine : EngineKind.values()) {
      X87Replay.verify(instruction, engine);
    }
  }
}
