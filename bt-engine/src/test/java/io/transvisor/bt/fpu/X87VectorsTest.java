package io.transvisor.bt.fpu;

import io.transvisor.bt.fpu.X87Vectors.Instruction;
import io.transvisor.bt.interp.EngineKind;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All engines do with x87 instructions what a real processor did. */
class X87VectorsTest {
  static Stream<Arguments> instructionsOnEngines() {
    return X87Vectors.load().stream()
        .flatMap(i -> Arrays.stream(EngineKind.values()).map(e -> Arguments.of(i, e)));
  }

  @ParameterizedTest
  @MethodSource("instructionsOnEngines")
  void agreesWithTheProcessor(Instruction instruction, EngineKind engine) {
    X87Replay.verify(instruction, engine);
  }
}
