package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.testkit.ExpectedSkips;
import java.io.ByteArrayInputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

@ExpectedSkips(6) // it keeps no versions, and lets racing writers pass
class BlobsOnS3ProxyIT extends BlobsConformance {
  BlobsOnS3ProxyIT() {
    super(S3On.S3PROXY, false);
  }

  @Test
  void tagsAreNotSentToAStoreThatHasNone() {
    for (int size : new int[] {1, 7 << 20}) {
      ObjectVersion tagged =
          ObjectVersion.builder().size(size).tags(Part.known(Map.of("team", "north"))).build();
      Outcome outcome =
          store()
              .put(
                  Key.utf8("tagged/" + size),
                  tagged,
                  () -> new ByteArrayInputStream(new byte[size]),
                  Expect.absent());
      assertThat(outcome).as("%s bytes", size).isInstanceOf(Outcome.Applied.class);
    }
  }
}
