package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3EventsTest {

  private static final String RECORD =
      """
      {"eventVersion":"2.1","eventSource":"aws:s3","eventName":"%s",
       "s3":{"bucket":{"name":"photos"},
             "object":{"key":"%s","size":1024,"versionId":"v1","sequencer":"%s"}}}""";

  private static String record(String name, String key, String sequencer) {
    return RECORD.formatted(name, key, sequencer);
  }

  private static String records(String... records) {
    return "{\"Records\":[" + String.join(",", records) + "]}";
  }

  private static String quoted(String json) {
    return '"' + json.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  @Test
  void aNotificationGivesItsRecordsInOrder() {
    List<S3Event> events =
        S3Events.parse(
            records(
                record("ObjectCreated:Put", "a", "01"),
                record("ObjectRemoved:DeleteMarkerCreated", "b", "02")));
    assertThat(events)
        .containsExactly(
            event("a", S3Event.Type.CREATED, "01"), event("b", S3Event.Type.REMOVED, "02"));
  }

  private static S3Event event(String key, S3Event.Type type, String sequencer) {
    return new S3Event("photos", Key.utf8(key), type, Optional.of("v1"), Optional.of(sequencer));
  }

  @Test
  void keysAreDecodedToTheirBytes() {
    assertThat(
            S3Events.parse(
                records(record("ObjectCreated:Put", "a+b%2Bc/%C3%BC%25%F0%9F%98%80", "1"))))
        .singleElement()
        .extracting(S3Event::key)
        .isEqualTo(Key.utf8("a b+c/ü%😀"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a%", "a%4", "a%zz", "a%-1"})
  void aBadEscapeIsRefused(String key) {
    assertThatThrownBy(() -> S3Events.parse(records(record("ObjectCreated:Put", key, "1"))))
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("escape");
  }

  @Test
  void envelopesOfQueuesAndTopicsAreOpened() {
    String plain = records(record("ObjectCreated:Put", "a", "01"));
    String sns = "{\"Type\":\"Notification\",\"Message\":" + quoted(plain) + "}";
    List<String> messages =
        List.of(
            plain,
            record("ObjectCreated:Put", "a", "01"),
            "[" + record("ObjectCreated:Put", "a", "01") + "]",
            sns,
            "{\"Body\":" + quoted(plain) + "}",
            "{\"Messages\":[{\"Body\":" + quoted(sns) + "}]}",
            "{\"Records\":[{\"eventSource\":\"aws:sqs\",\"body\":" + quoted(sns) + "}]}",
            "{\"Records\":[{\"EventSource\":\"aws:sns\",\"Sns\":{\"Message\":"
                + quoted(plain)
                + "}}]}");
    assertThat(messages)
        .allSatisfy(
            message ->
                assertThat(S3Events.parse(message))
                    .containsExactly(event("a", S3Event.Type.CREATED, "01")));
  }

  @Test
  void theTestEventHoldsNothing() {
    assertThat(
            S3Events.parse(
                "{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\",\"Bucket\":\"photos\"}"))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "{\"Records\":[{\"s3\":",
        "{}",
        "17",
        "{\"Records\":[{}]}",
        "{\"Records\":[]} trailing",
        "{\"Records\":[{\"eventName\":\"ObjectCreated:Put\",\"s3\":{\"bucket\":{\"name\":\"b\"}}}]}",
        "{\"Records\":[{\"eventName\":\"ObjectCreated:Put\",\"s3\":{\"bucket\":{\"name\":\"b\"},"
            + "\"object\":{\"key\":\"a\",\"sequencer\":\"xyz\"}}}]}"
      })
  void whatIsNoNotificationIsRefused(String message) {
    assertThatThrownBy(() -> S3Events.parse(message))
        .isInstanceOfSatisfying(
            SyncException.class,
            e -> assertThat(e.kind()).isEqualTo(SyncException.Kind.INVALID_ARGUMENT))
        .hasMessageStartingWith("not an event notification");
  }

  @Test
  void errorsDoNotRepeatTheMessage() {
    assertThatThrownBy(() -> S3Events.parse("{\"private\": secret-name"))
        .hasMessageNotContaining("secret")
        .hasNoCause();
  }

  @ParameterizedTest
  @CsvSource({
    "ObjectCreated:Put,CREATED",
    "s3:ObjectCreated:CompleteMultipartUpload,CREATED",
    "ObjectRemoved:Delete,REMOVED",
    "LifecycleExpiration:DeleteMarkerCreated,REMOVED",
    "ObjectTagging:Delete,TAGGING",
    "ObjectAcl:Put,ACL",
    "ObjectRestore:Completed,RESTORED",
    "LifecycleTransition,OTHER",
    "SomethingNew:Here,OTHER"
  })
  void namesBecomeTypes(String name, S3Event.Type type) {
    assertThat(S3Events.parse(record(name, "a", "1")))
        .extracting(S3Event::type)
        .containsExactly(type);
  }

  @ParameterizedTest
  @CsvSource({
    "0055AE,0055AF,-1",
    "0055ae,0055AE,0",
    "0055AE,0055AE00,0",
    "0055AE,0055AE01,-1",
    "9,10,1"
  })
  void sequencersAreFilledUpOnTheRight(String one, String two, int sign) {
    assertThat(Integer.signum(S3Events.compareSequencers(one, two))).isEqualTo(sign);
    assertThat(Integer.signum(S3Events.compareSequencers(two, one))).isEqualTo(-sign);
  }

  @Test
  void theLatestOfEachKeySurvivesAnyOrder() {
    S3Event first = event("a", S3Event.Type.CREATED, "0055AE");
    S3Event second = event("a", S3Event.Type.REMOVED, "0055AE01");
    S3Event other = event("b", S3Event.Type.CREATED, "00");
    assertThat(S3Events.latestPerKey(List.of(first, other, second))).containsExactly(second, other);
    assertThat(S3Events.latestPerKey(List.of(second, other, first))).containsExactly(second, other);
  }

  @Test
  void anEventWithoutSequencerHappenedWhereItStands() {
    S3Event created = event("a", S3Event.Type.CREATED, "01");
    S3Event acl =
        new S3Event("photos", Key.utf8("a"), S3Event.Type.ACL, Optional.empty(), Optional.empty());
    assertThat(S3Events.latestPerKey(List.of(created, acl))).containsExactly(acl);
    assertThat(S3Events.latestPerKey(List.of(acl, created))).containsExactly(created);
  }

  @Test
  void sameKeysOfDifferentBucketsAreDifferent() {
    S3Event here = event("a", S3Event.Type.CREATED, "02");
    S3Event there =
        new S3Event("other", here.key(), here.type(), here.versionId(), Optional.of("01"));
    assertThat(S3Events.latestPerKey(List.of(here, there))).containsExactly(here, there);
  }
}
