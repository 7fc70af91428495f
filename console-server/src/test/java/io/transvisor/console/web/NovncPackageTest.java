package io.transvisor.console.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class NovncPackageTest {
  /** The {@code dist.integrity} that npm publishes for {@code @novnc/novnc} 1.7.0. */
  private static final String INTEGRITY =
      "ucEJOx4T2avIRCleodk7YobZj5O2Ga2AeLfQ69A/yjG9HHba2+PDgwSkN3FttrmG+70ZGx21sElNFouK13RzyA==";

  @Test
  void isWhatItsAuthorsPublished() throws Exception {
    byte[] content = Files.readAllBytes(Path.of("src/main/novnc/novnc-novnc-1.7.0.tgz"));
    byte[] digest = MessageDigest.getInstance("SHA-512").digest(content);
    assertThat(Base64.getEncoder().encodeToString(digest)).isEqualTo(INTEGRITY);
  }
}
