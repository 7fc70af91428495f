package io.transvisor.bt.sse;

import io.transvisor.bt.interp.EngineKind;
import io.transvisor.bt.sse.SseVectors.Instruction;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All engines do with SSE and SSE2 instructions what a real processor did. */
class SseVectorsTest {
  static Stream<Arguments> instructionsOnEngines() {
    return SseVectors.load().stream()
        .flatMap(i -> Arrays.stream(EngineKind.values()).map(e -> Arguments.of(i, e)));
  }

  @ParameterizedTest
  @MethodSource("instructionsOnEngines")
  void agreesWithTheProcessor(Instruction instruction, EngineKind engine) {
    SseReplay.verify(instruction, engine);
  }
}
