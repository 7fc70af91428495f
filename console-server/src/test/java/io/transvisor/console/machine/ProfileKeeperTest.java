package io.transvisor.console.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.region.RegionProfile;
import io.transvisor.bt.region.RegionShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is hot in a guest is kept from one run to the next, and bad files do no harm. */
class ProfileKeeperTest {
  private static final RegionProfile PROFILE =
      new RegionProfile(
          List.of(
              new RegionProfile.Entry(
                  new RegionShape(1, 0, new int[] {0, 4}, new int[0], Map.of(), new int[0]),
                  1,
                  2,
                  3,
                  4)));

  /** mov ecx,100000; again: dec ecx; jnz again; mov al,1; out 0xf4,al; again: jmp again. */
  private static final String LOOP = "b9 a0 86 01 00 49 75 fd b0 01 e6 f4 eb fe";

  @TempDir Path directory;
  private Path kernel;

  @BeforeEach
  void writeKernel() throws IOException {
    kernel = Files.write(directory.resolve("a guest.elf"), RunningMachine.kernel(LOOP));
  }

  private MachineSpec spec(Path profiles) {
    return MachineSpec.builder()
        .memory("8")
        .kernel(kernel, null, null)
        .display(null, "none")
        .devices(List.of("isa-debug-exit,iobase=0xf4,iosize=0x4"))
        .profile(profiles, profiles == null)
        .build();
  }

  private Path profileOf(MachineSpec spec) {
    return spec.profile().file(spec);
  }

  @Test
  void isWrittenWhenTheGuestEndsAndReadAtItsNextStart() {
    Path profiles = directory.resolve("not there yet");
    MachineSpec spec = spec(profiles);
    assertThat(profileOf(spec).getFileName().toString())
        .matches("a_guest\\.elf-[0-9a-f]{12}\\.profile");
    assertThat(GuestRunner.run(spec, "")).isEqualTo(3);
    // Whether the loop has been compiled before its end is a matter of time.
    assertThat(GuestRunner.run(spec, "")).isEqualTo(3);
  }

  @Test
  void aFileIsReplacedAsAWhole() throws IOException {
    Path file = directory.resolve("sub/x.profile");
    ProfileKeeper.write(PROFILE, file);
    ProfileKeeper.write(PROFILE, file);
    assertThat(ProfileKeeper.read(file).entries()).hasSize(1);
    assertThat(file.getParent()).isDirectoryContaining("glob:**/x.profile");
    try (var files = Files.list(file.getParent())) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void aDamagedFileIsIgnored() throws IOException {
    MachineSpec spec = spec(directory.resolve("profiles"));
    Files.createDirectories(profileOf(spec).getParent());
    Files.writeString(profileOf(spec), "nonsense");
    assertThat(ProfileKeeper.read(profileOf(spec)).entries()).isEmpty();
    assertThat(GuestRunner.run(spec, "")).isEqualTo(3);
  }

  @Test
  void noFileIsNothingKnown() {
    assertThat(ProfileKeeper.read(directory.resolve("none")).entries()).isEmpty();
  }

  @Test
  void withoutAProfileNothingIsKept() {
    MachineSpec spec = spec(null);
    assertThat(spec.profile()).isNull();
    assertThat(GuestRunner.run(spec, "")).isEqualTo(3);
  }

  @Test
  void otherFilesMakeAnotherGuest() throws IOException {
    MachineSpec spec = spec(directory);
    Path before = profileOf(spec);
    kernel = Files.copy(kernel, directory.resolve("other"));
    assertThat(profileOf(spec(directory))).isNotEqualTo(before);
  }
}
