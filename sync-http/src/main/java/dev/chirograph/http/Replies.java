package dev.chirograph.http;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogAnswer.Found;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsContents.Stored;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes answers. Safe for use by several threads. */
final class Replies {

  private static final String BYTES = "application/octet-stream";
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{1,18})-");

  private final LogReplicator node;
  private final ReplyForm form;

  Replies(LogReplicator node, ReplyForm form) {
    this.node = node;
    this.form = form;
  }

  // ---- answers

  /** An answer; items are written while they are sent. */
  HttpReply answer(HttpCall call, LogAnswer answer) throws IOException {
    return form.json(call, estimate(answer), out -> Answers.write(answer, out));
  }

  /** About how long an answer is; no more is counted than matters. */
  private static long estimate(LogAnswer answer) {
    if (answer instanceof Pulled pulled) {
      return estimate(pulled.page().items());
    }
    if (answer instanceof Found found) {
      return estimate(found.items());
    }
    if (answer instanceof LogAnswer.Compared compared) {
      return compared.digests().size() * 35L;
    }
    if (answer instanceof LogAnswer.Hashed hashed) {
      return hashed.hashes().stream().mapToLong(some -> some.size() * 11L).sum();
    }
    return answer instanceof LogAnswer.Pushed pushed ? pushed.receipts().size() * 21L : 0;
  }

  private static long estimate(List<LogItem> items) {
    return items.stream().limit(5).mapToLong(ItemOut::estimate).sum();
  }

  // ---- contents

  /**
   * A content, from an offset on where one is asked for. Without a size there are no ranges: the
   * answer is the whole then, as that of any server may be.
   */
  HttpReply content(HttpCall call, String caller, String sha256) throws IOException {
    try {
      return held(call, caller, sha256);
    } catch (SyncException e) {
      if (e.kind() != Kind.NOT_FOUND) {
        throw e;
      }
      return form.problem(Problem.of(Kind.NOT_FOUND, "this node does not hold the content"));
    }
  }

  private HttpReply held(HttpCall call, String caller, String sha256) throws IOException {
    Map<String, String> headers = form.headers(BYTES);
    headers.put("ETag", '"' + sha256 + '"');
    OptionalLong known = size(sha256);
    long from = known.isPresent() ? offset(call) : 0;
    if (from == 0) {
      return HttpReply.copied(200, headers, known, node.content(caller, sha256, 0));
    }
    long size = known.getAsLong();
    if (from >= size) {
      // Whether it is there is said first.
      node.content(caller, sha256, 0).close();
      headers = form.headers(Problem.TYPE);
      headers.put("Content-Range", "bytes */" + size);
      String detail = "the content has " + size + " bytes, and none from " + from + " on";
      return new Problem(416, Kind.INVALID_ARGUMENT, "range", detail).reply(headers);
    }
    headers.put("Content-Range", "bytes " + from + "-" + (size - 1) + "/" + size);
    return HttpReply.copied(
        206, headers, OptionalLong.of(size - from), node.content(caller, sha256, from));
  }

  private OptionalLong size(String sha256) {
    return node.log() instanceof SupportsContents contents
        ? contents.content(sha256).stream().mapToLong(Stored::size).findFirst()
        : OptionalLong.empty();
  }

  private static long offset(HttpCall call) {
    Matcher range = RANGE.matcher(call.headers().firstValue("Range").orElse(""));
    // Any other range may be left alone.
    return range.matches() ? Long.parseLong(range.group(1)) : 0;
  }
}
