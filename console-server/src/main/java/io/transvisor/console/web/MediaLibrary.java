package io.transvisor.console.web;

import io.transvisor.console.control.DriveStatus;
import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The images that can be put into drives from the page: those in a directory set aside for them,
 * and those that were in a removable drive before. A browser names images by what it was offered,
 * never by path, so that it cannot make the guest read other files of the host.
 */
final class MediaLibrary {
  private static final int MAX_OFFERED = 500;
  private static final String IMAGES = "*.{img,ima,flp,vfd,dsk,iso,bin,IMG,IMA,FLP,VFD,ISO}";

  private final Path directory;
  private final Map<String, Path> seen = new ConcurrentHashMap<>();

  /**
   * @param directory or null
   */
  MediaLibrary(Path directory) {
    this.directory = directory;
  }

  /** Remembers what is in the drives now. */
  void note(List<DriveStatus> drives) {
    for (DriveStatus drive : drives) {
      if (drive.removable() && drive.medium() != null && seen.size() < MAX_OFFERED) {
        Path path = Path.of(drive.medium());
        seen.putIfAbsent(path.getFileName().toString(), path);
      }
    }
  }

  /** The names offered, in order. */
  List<String> names() {
    return new ArrayList<>(images().keySet());
  }

  /**
   * @throws VmmException if the name is not offered
   */
  Path find(String name) {
    Path path = images().get(name);
    if (path == null) {
      throw new VmmException("there is no image " + name);
    }
    return path;
  }

  private Map<String, Path> images() {
    Map<String, Path> all = new TreeMap<>(seen);
    if (directory != null) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, IMAGES)) {
        for (Path file : files) {
          if (all.size() < MAX_OFFERED && Files.isRegularFile(file)) {
            all.put(file.getFileName().toString(), file);
          }
        }
      } catch (IOException e) {
        throw new VmmException("cannot list " + directory + ": " + e.getMessage(), e);
      }
    }
    return all;
  }
}
