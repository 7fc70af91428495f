package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher's ahead-of-time cache, with a JDK that only says how it was started and makes a
 * "cache" when asked to.
 */
class LauncherCacheTest {
  private static final int PATIENCE_SECONDS = 30;

  @TempDir Path directory;

  private Path cache;
  private Path key;
  private Path java;

  @BeforeEach
  void installAProgram() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no bash");
    Path target = Files.createDirectories(directory.resolve("test-guests/target/lib")).getParent();
    Files.createDirectories(directory.resolve("test-guests/src/main"));
    Files.createFile(directory.resolve("pom.xml"));
    Files.createFile(directory.resolve("test-guests/pom.xml"));
    Files.writeString(target.resolve("lib/a.jar"), "a");
    Files.copy(Path.of("..", "transvisor"), directory.resolve("transvisor"));
    Path built = Files.createFile(target.resolve("built"));
    Files.setLastModifiedTime(built, FileTime.from(Instant.now().plusSeconds(60)));
    cache = target.resolve("transvisor.aot");
    key = target.resolve("transvisor.aot.key");
    java = Files.createDirectories(directory.resolve("jdk/bin")).resolve("java");
    Files.writeString(directory.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
    writeJava(
        "for a; do case $a in -XX:AOTCacheOutput=*) echo made >\"${a#*=}\"; exit;; esac; done");
  }

  private void writeJava(String training) throws IOException {
    Files.writeString(java, "#!/bin/sh\n" + training + "\nprintf '%s\\n' \"$@\"\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Starts the program; what its JVM was given, one a line. */
  private String start(String... environment) throws IOException, InterruptedException {
    ProcessBuilder b = new ProcessBuilder(directory.resolve("transvisor").toString(), "run");
    b.environment().keySet().removeIf(name -> name.contains("JAVA"));
    b.environment().put("JAVA_HOME", directory.resolve("jdk").toString());
    for (int n = 0; n < environment.length; n += 2) {
      b.environment().put(environment[n], environment[n + 1]);
    }
    Process process = b.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  private void awaitKey(String old) throws IOException, InterruptedException {
    for (int n = 0; n < PATIENCE_SECONDS * 20; n++) {
      if (Files.exists(key) && !Files.readString(key).equals(old)) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("no cache was made");
  }

  @Test
  void isMadeBesideTheFirstStartAndUsedByTheNext() throws Exception {
    assertThat(start()).doesNotContain("AOTCache").endsWith("Transvisor\nrun\n");
    awaitKey("");
    assertThat(cache).hasContent("made");
    assertThat(start()).contains("-XX:AOTCache=" + cache).endsWith("Transvisor\nrun\n");
  }

  @Test
  void isMadeAnewForOtherJars() throws Exception {
    start();
    awaitKey("");
    String old = Files.readString(key);
    Files.writeString(directory.resolve("test-guests/target/lib/a.jar"), "another");
    assertThat(start()).doesNotContain("AOTCache");
    awaitKey(old);
    assertThat(start()).contains("-XX:AOTCache=" + cache);
  }

  @Test
  void isNotTriedAgainWhereItCannotBeMade() throws Exception {
    writeJava("case \"$*\" in *AOTCacheOutput*) echo x >>\"$0.tried\"; exit 1;; esac");
    start();
    awaitKey("");
    assertThat(cache).doesNotExist();
    assertThat(start()).doesNotContain("AOTCache");
    assertThat(Path.of(java + ".tried")).hasContent("x");
  }

  @Test
  void isLeftOutWhereOptionsOfTheUserExcludeIt() throws Exception {
    start();
    awaitKey("");
    assertThat(start("TRANSVISOR_JAVA_OPTIONS", "-Xshare:off"))
        .contains("-Xshare:off")
        .doesNotContain("AOTCache");
    assertThat(start("JAVA_TOOL_OPTIONS", "-Xshare:off")).doesNotContain("AOTCache");
  }
}
