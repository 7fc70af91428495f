package io.transvisor.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.transvisor.core.error.VmmException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuModelTest {
  @Test
  void featuresAreAddedAndTakenAway() {
    CpuModel plain = CpuModel.parse("pentium2");
    CpuModel changed = CpuModel.parse("Pentium2,+mtrr,-mmx,leaf=1");
    assertThat(changed.features()).isEqualTo(plain.features() & ~CpuModel.MMX | CpuModel.MTRR);
    assertThat(changed.maxLeaf()).isEqualTo(1);
  }

  @Test
  void featuresBringWhatTheyNeed() {
    CpuModel model = CpuModel.parse("pentium,+sse2");
    assertThat(model.has(CpuModel.SSE2 | CpuModel.SSE | CpuModel.FXSR)).isTrue();
  }

  @Test
  void whatNeedsARemovedFeatureGoesWithIt() {
    CpuModel model = CpuModel.parse("pentium,+sse2,-fxsr,-msr");
    assertThat(model.features() & (CpuModel.SSE2 | CpuModel.SSE | CpuModel.FXSR)).isZero();
    assertThat(model.has(CpuModel.SEP)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "k7; -cpu k7: unknown model, choose one of 486",
        "pentium,+avx; -cpu pentium,+avx: +avx: unknown feature, choose one of vme",
        "pentium,leaf=9; -cpu pentium,leaf=9: leaf=9 is not +feature, -feature, leaf=1 or leaf=2",
      })
  void mistakesAreNamed(String option, String message) {
    assertThatExceptionOfType(VmmException.class)
        .isThrownBy(() -> CpuModel.parse(option))
        .withMessageStartingWith(message);
  }
}
