package dev.chirograph.log;

import dev.chirograph.Digest;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Bounds;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.ReplicaLog.Page;
import java.util.List;
import java.util.Objects;

/** What a node answers to a {@link LogRequest}. */
public sealed interface LogAnswer {

  /**
   * To {@link LogRequest.Pull}.
   *
   * @param page what follows the position
   */
  record Pulled(Page page) implements LogAnswer {
    public Pulled {
      Objects.requireNonNull(page, "page");
    }
  }

  /**
   * To {@link LogRequest.Push}.
   *
   * @param receipts what became of each item, in their order
   */
  record Pushed(List<Receipt> receipts) implements LogAnswer {
    public Pushed {
      receipts = List.copyOf(receipts);
    }
  }

  /**
   * What became of a pushed item.
   *
   * @param result what was done with it
   * @param reason why it was rejected; else empty
   */
  record Receipt(Result result, String reason) {
    public Receipt {
      Objects.requireNonNull(result, "result");
      Objects.requireNonNull(reason, "reason");
    }

    static Receipt of(Fate fate) {
      return new Receipt(
          switch (fate) {
            case ADDED -> Result.ACCEPTED;
            case KNOWN -> Result.DUPLICATE;
            case FORGOTTEN -> Result.FORGOTTEN;
          },
          "");
    }
  }

  /** What was done with a pushed item. */
  enum Result {
    /** It told something new. */
    ACCEPTED,
    /** All it says was known. */
    DUPLICATE,
    /** It was known once, and deleted, and the delete forgotten. */
    FORGOTTEN,
    /** It was not taken, and never will be as it is. */
    REJECTED
  }

  /**
   * To {@link LogRequest.Compare}.
   *
   * @param bounds where the log ends, and what it has seen, at the moment of the digests
   * @param digests of the slices, in their order
   */
  record Compared(Bounds bounds, List<Digest> digests) implements LogAnswer {
    public Compared {
      Objects.requireNonNull(bounds, "bounds");
      digests = List.copyOf(digests);
    }
  }

  /**
   * To {@link LogRequest.Hashes}.
   *
   * @param hashes of the items in each slice, in no order; perhaps of the first slices only, where
   *     all were too many for one answer: the others are asked for again
   */
  record Hashed(List<List<Long>> hashes) implements LogAnswer {
    public Hashed {
      hashes = hashes.stream().map(List::copyOf).toList();
    }
  }

  /**
   * To {@link LogRequest.Items} and {@link LogRequest.Find}.
   *
   * @param items those that are there, in no order; of those asked for by their hashes perhaps only
   *     some, where all were too large for one answer: the others are asked for again
   */
  record Found(List<LogItem> items) implements LogAnswer {
    public Found {
      items = List.copyOf(items);
    }
  }
}
