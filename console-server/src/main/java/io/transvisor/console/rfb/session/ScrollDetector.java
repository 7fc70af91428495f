package io.transvisor.console.rfb.session;

import io.transvisor.console.rfb.encode.Area;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds out that a part of the picture has moved up or down, as a text console does when it
 * scrolls, so that the client can copy it. Rows of the old and new picture are matched by a hash
 * and vote for a distance; the rows that moved by the winning distance are then compared pixel by
 * pixel, so that a copy is always exact.
 */
final class ScrollDetector {
  /**
   * A vertical move.
   *
   * @param destination where the pixels are now
   * @param sourceY the row its top came from; the column is the same
   */
  record Scroll(Area destination, int sourceY) {}

  /** Below this many moved rows, sending pixels costs no more. */
  private static final int MIN_ROWS = 32;

  private static final int MIN_VOTES = 8;
  private static final Integer AMBIGUOUS = -1;

  private ScrollDetector() {}

  /**
   * The move that explains most of the change inside a rectangle, or null.
   *
   * @param before the old picture, rows of {@code stride} pixels; {@code after} likewise
   */
  static Scroll find(int[] before, int[] after, int stride, Area box) {
    if (box.height() <= MIN_ROWS) {
      return null;
    }
    int distance = vote(before, after, stride, box);
    return distance == 0 ? null : longestRun(before, after, stride, box, distance);
  }

  /** How far below its new place most rows were, or 0. */
  private static int vote(int[] before, int[] after, int stride, Area box) {
    Map<Integer, Integer> rowOfHash = new HashMap<>();
    for (int y = box.y(); y < box.bottom(); y++) {
      if (!isUniform(before, y * stride + box.x(), box.width())) {
        int hash = hash(before, y * stride + box.x(), box.width());
        rowOfHash.merge(hash, y, (a, b) -> AMBIGUOUS);
      }
    }
    int[] votes = new int[2 * box.height()];
    for (int y = box.y(); y < box.bottom(); y++) {
      Integer row = rowOfHash.get(hash(after, y * stride + box.x(), box.width()));
      if (row != null && row >= 0) {
        votes[row - y + box.height()]++;
      }
    }
    int best = box.height();
    votes[best] = MIN_VOTES - 1;
    for (int i = 0; i < votes.length; i++) {
      if (votes[i] > votes[best]) {
        best = i;
      }
    }
    return best - box.height();
  }

  private static Scroll longestRun(int[] before, int[] after, int stride, Area box, int distance) {
    int first = Math.max(box.y(), box.y() - distance);
    int last = Math.min(box.bottom(), box.bottom() - distance);
    int bestStart = 0;
    int bestLength = 0;
    int start = first;
    for (int y = first; y <= last; y++) {
      boolean same = y < last && sameRow(before, y + distance, after, y, stride, box);
      if (!same) {
        if (y - start > bestLength) {
          bestStart = start;
          bestLength = y - start;
        }
        start = y + 1;
      }
    }
    if (bestLength < MIN_ROWS) {
      return null;
    }
    Area destination = new Area(box.x(), bestStart, box.width(), bestLength);
    return new Scroll(destination, bestStart + distance);
  }

  private static boolean sameRow(
      int[] before, int rowBefore, int[] after, int rowAfter, int stride, Area box) {
    int a = rowBefore * stride + box.x();
    int b = rowAfter * stride + box.x();
    return Arrays.equals(before, a, a + box.width(), after, b, b + box.width());
  }

  private static boolean isUniform(int[] pixels, int from, int count) {
    int first = pixels[from];
    for (int i = from + 1; i < from + count; i++) {
      if (pixels[i] != first) {
        return false;
      }
    }
    return true;
  }

  private static int hash(int[] pixels, int from, int count) {
    int h = 0;
    for (int i = from; i < from + count; i++) {
      h = h * 31 + pixels[i];
    }
    return h;
  }
}
