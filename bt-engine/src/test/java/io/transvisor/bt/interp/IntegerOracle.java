package io.transvisor.bt.interp;

import io.transvisor.bt.HostRecorder;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fresh cases of integer instructions against this machine: {@code mvn test -Poracle}. */
class IntegerOracle {
  @TempDir Path directory;

  @Test
  void agreesWithThisMachine() throws IOException {
    HostRecorder.compile(directory, "integer-vectors", "-m32")
        .record(directory, recording -> verify(new IntegerVectors(recording)));
  }

  private static void verify(IntegerVectors vectors) {
    for (IntegerVectors.Family family : vectors.families()) {
      for (EngineKind engine : EngineKind.values()) {
        IntegerVectorsTest.verify(vectors, family, engine);
      }
    }
  }
}
