package io.transvisor.console.rfb.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.rfb.encode.Area;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DamageGridTest {
  private final DamageGrid grid = new DamageGrid(200, 100);

  @ParameterizedTest
  @CsvSource({
    // x, y, width, height, cells set
    "0, 0, 1, 1, 1",
    "63, 15, 1, 1, 1",
    "63, 15, 2, 2, 4",
    "0, 0, 200, 100, 28",
    "199, 99, 1, 1, 1",
    "199, 99, 500, 500, 1",
    "-10, -10, 11, 11, 1",
    "200, 0, 5, 5, 0",
    "0, 100, 5, 5, 0",
    "10, 10, 0, 5, 0",
    "-10, 0, 10, 5, 0",
  })
  void areasSetTheCellsTheyTouch(int x, int y, int w, int h, int cells) {
    grid.add(x, y, w, h);
    int set = 0;
    for (int row = 0; row < grid.rows(); row++) {
      for (int column = 0; column < grid.columns(); column++) {
        set += grid.isSet(column, row) ? 1 : 0;
      }
    }
    assertThat(set).isEqualTo(cells);
    assertThat(grid.isEmpty()).isEqualTo(cells == 0);
  }

  @Test
  void cellsAtTheEdgesAreSmaller() {
    assertThat(grid.area(0, 0)).isEqualTo(new Area(0, 0, 64, 16));
    assertThat(grid.area(3, 6)).isEqualTo(new Area(192, 96, 8, 4));
  }

  @Test
  void clearedIsEmpty() {
    grid.addAll();
    grid.clear();
    assertThat(grid.isEmpty()).isTrue();
    assertThat(grid.isSet(0, 0)).isFalse();
  }
}
