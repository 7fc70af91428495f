package io.transvisor.bt.sse;

import io.transvisor.bt.HostRecorder;
import io.transvisor.bt.interp.EngineKind;
import io.transvisor.bt.sse.SseVectors.Instruction;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fresh cases of SSE and SSE2 instructions against this machine: {@code mvn test -Poracle}. */
class SseOracle {
  @TempDir Path directory;

  @Test
  void agreesWithThisMachine() throws IOException {
    HostRecorder.compile(directory, "sse-vectors")
        .record(directory, recording -> SseVectors.parse(recording).forEach(SseOracle::verify));
  }

  private static void verify(Instruction instruction) {
    for (EngineKind engine : EngineKind.values()) {
      SseReplay.verify(instruction, engine);
    }
  }
}
