package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.SyncException.Kind;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

class SqlErrorsTest {

  /** What ends by itself, or by an administrator, is no fault of ours. */
  @ParameterizedTest
  @CsvSource({
    "25006, 0", // read-only, as a standby is
    "25P03, 0", // idle in its transaction
    "25P04, 0",
    "53100, 0", // no space left
    "57P01, 0",
    "08006, 0",
    "42000, 1203", // too many connections of this user
    "42000, 1226",
    "HY000, 1021",
    "HY000, 1114",
    "HY000, 1290" // read-only
  })
  void whatEndsByItselfIsUnavailable(String state, int code) {
    assertThat(SqlErrors.of("writing", new SQLException("no", state, code)).kind())
        .isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void soIsADiskOfSqlite() {
    for (SQLiteErrorCode code :
        new SQLiteErrorCode[] {
          SQLiteErrorCode.SQLITE_FULL, SQLiteErrorCode.SQLITE_IOERR, SQLiteErrorCode.SQLITE_CANTOPEN
        }) {
      assertThat(SqlErrors.of("writing", new SQLiteException("no", code)).kind())
          .isEqualTo(Kind.UNAVAILABLE);
    }
  }

  /** Somebody has altered the table since the snapshot was taken. */
  @Test
  void aSnapshotThatIsTooOldForATableIsTakenAnew() {
    assertThat(SqlErrors.lostLock(new SQLException("no", "HY000", 1412))).isTrue();
    assertThat(SqlErrors.lostLock(new SQLException("no", "HY000", 1064))).isFalse();
  }
}
