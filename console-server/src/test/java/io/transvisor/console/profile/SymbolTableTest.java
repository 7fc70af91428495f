package io.transvisor.console.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names from a System.map; those of ELF files are tested with a guest that has them. */
class SymbolTableTest {
  @TempDir Path directory;
  private final SymbolTable symbols = new SymbolTable();
  private Path map;

  @BeforeEach
  void writeMap() throws IOException {
    map = directory.resolve("System.map");
    Files.writeString(
        map,
        """
        c1000000 T startup_32
        c1000040 t secondary
        c1000080 D data
        """);
  }

  @Test
  void nearestNameBelow() {
    symbols.read(map.toString());
    assertThat(symbols.nameOf(0xC100_0000)).isEqualTo("startup_32");
    assertThat(symbols.nameOf(0xC100_003F)).isEqualTo("startup_32");
    assertThat(symbols.nameOf(0xC100_0090)).isEqualTo("secondary");
    assertThat(symbols.startOf(0xC100_0090)).isEqualTo(0xC100_0040L);
    assertThat(symbols.nameOf(0xC0FF_FFFF)).isNull();
    assertThat(symbols.nameOf(0x1000)).isNull();
    assertThat(symbols.nameOf(0xC300_0000)).as("far above all").isNull();
  }

  @Test
  void movedByAnAddress() {
    symbols.read(map + "@0x100000");
    assertThat(symbols.nameOf(0xC110_0040)).isEqualTo("secondary");
  }

  @Test
  void mistakes() throws IOException {
    Path nothing = Files.writeString(directory.resolve("text"), "hello\n");
    assertThatThrownBy(() -> symbols.read(nothing.toString()))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("no symbols");
    assertThatThrownBy(() -> symbols.read(map + "@nowhere"))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("not hexadecimal");
    assertThatThrownBy(() -> symbols.read(directory.resolve("missing").toString()))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("cannot be read");
  }
}
