package io.transvisor.console.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.error.VmmException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where the drives of a command line end up. */
class MachineSpecTest {
  private static List<String> drives(MachineSpec spec) {
    return spec.drives().stream()
        .map(d -> d == null ? "-" : (d.cdrom() ? "cd:" : "disk:") + d.path())
        .toList();
  }

  @Test
  void anEmptyCdDriveIsAlwaysThere() {
    assertThat(drives(MachineSpec.builder().build())).containsExactly("-", "-", "cd:null", "-");
  }

  @Test
  void drivesTakeFreePlacesAfterThoseWithAnIndex() {
    MachineSpec.Builder b = MachineSpec.builder().cdrom(Path.of("cd.iso"));
    b.drives(
        List.of(
            "file=first.img,format=raw",
            "file=second.img,if=ide,media=disk",
            "file=root.img,index=0,cache=none",
            "if=floppy,file=b.img,index=1",
            "if=floppy,file=odd,,name.img"));
    MachineSpec spec = b.build();
    assertThat(drives(spec))
        .containsExactly("disk:root.img", "disk:first.img", "cd:cd.iso", "disk:second.img");
    assertThat(spec.floppies()).isEqualTo(Arrays.asList(Path.of("odd,name.img"), Path.of("b.img")));
  }

  @Test
  void busAndUnitAreAnIndex() {
    MachineSpec.Builder b = MachineSpec.builder();
    b.drives(List.of("media=cdrom,bus=1,unit=1,readonly=on", "file=d.img,bus=0,unit=1"));
    assertThat(drives(b.build())).containsExactly("-", "disk:d.img", "cd:null", "cd:null");
  }

  @Test
  void thereAreFourPlaces() {
    MachineSpec.Builder b = MachineSpec.builder();
    b.drives(List.of("file=1", "file=2", "file=3", "file=4", "file=5"));
    assertThatThrownBy(b::build)
        .isInstanceOf(VmmException.class)
        .hasMessage("-drive file=5: all places are taken");
  }

  @Test
  void aBootOrderForTheFirstStart() {
    MachineSpec spec = MachineSpec.builder().boot("order=ca,once=d,menu=on,strict=on").build();
    assertThat(spec.bootOrder()).isEqualTo("ca");
    assertThat(spec.bootOnce()).isEqualTo("d");
    assertThat(spec.bootMenu()).isTrue();
  }

  /** The clock is always the guest's, and lost ticks are always made good. */
  @Test
  void otherPropertiesOfTheCalendar() {
    MachineSpec spec = MachineSpec.builder().rtc("base=localtime,clock=host,driftfix=slew").build();
    assertThat(spec.rtcBase()).isEqualTo("localtime");
  }
}
