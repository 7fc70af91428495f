package io.transvisor.console.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The files of the page and of noVNC, from the program itself. Thread-safe. */
final class StaticFiles {
  /**
   * A file.
   *
   * @param tag changes with the content
   */
  record File(byte[] content, String type, String tag) {}

  private static final String PAGE = "page/index.html";

  /** No dots but that of the ending: no path leads out of the folder. */
  private static final Pattern NAME =
      Pattern.compile("(page|novnc)(/[A-Za-z0-9_-]{1,40}){1,6}\\.(html|css|js|svg|json|txt)");

  /** Licence texts have names of their own form. */
  private static final Pattern LICENCE =
      Pattern.compile("novnc/(docs/|vendor/pako/)?(LICENSE|AUTHORS)(\\.[A-Za-z0-9-]{1,15}){0,2}");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "json", "application/json",
          "svg", "image/svg+xml");

  private final Map<String, File> loaded = new ConcurrentHashMap<>();

  /**
   * @param path of the request, without query
   */
  Optional<File> find(String path) {
    if (!path.startsWith("/")) {
      return Optional.empty();
    }
    String name = path.equals("/") ? PAGE : path.substring(1);
    if (!NAME.matcher(name).matches() && !LICENCE.matcher(name).matches()) {
      return Optional.empty();
    }
    File file = loaded.get(name);
    if (file == null) {
      file = load(name);
      if (file == null) {
        return Optional.empty();
      }
      loaded.put(name, file);
    }
    return Optional.of(file);
  }

  private static File load(String name) {
    try (InputStream in = StaticFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        return null;
      }
      byte[] content = in.readAllBytes();
      String ending = name.substring(name.lastIndexOf('.') + 1);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      String tag = '"' + HexFormat.of().formatHex(digest, 0, 12) + '"';
      return new File(content, TYPES.getOrDefault(ending, "text/plain; charset=utf-8"), tag);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
