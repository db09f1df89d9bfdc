// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.FormatDocument;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds docs/file-format.md and the layout of the file by which a pool is seen together. */
class PoolFormatTest {

    @Test
    void shouldDescribeFile() throws Exception {
        Map<String, Integer> words = new HashMap<>(Map.of(
                "sequence", PoolLayout.SEQUENCE,
                "seen", PoolLayout.SEEN,
                "started", PoolLayout.STARTED,
                "waiting", PoolLayout.WAITING,
                "submitted", PoolLayout.SUBMITTED,
                "succeeded", PoolLayout.SUCCEEDED,
                "failed", PoolLayout.FAILED,
                "cancelled", PoolLayout.CANCELLED,
                "crashes", PoolLayout.CRASHES,
                "startedWorkers", PoolLayout.STARTED_WORKERS));
        words.putAll(Map.of(
                "workers", PoolLayout.WORKERS,
                "ready", PoolLayout.READY,
                "busy", PoolLayout.BUSY,
                "shutdown", PoolLayout.SHUTDOWN,
                "rowCount", PoolLayout.ROW_COUNT,
                "crashCount", PoolLayout.CRASH_COUNT,
                "nameBytes", PoolLayout.NAME_BYTES,
                "name", PoolLayout.NAME,
                "lastCrashes", PoolLayout.LAST_CRASHES,
                "rows", PoolLayout.ROWS));
        assertThat(FormatDocument.offsets("Pool: what is seen of it")).isEqualTo(words);
        assertThat(FormatDocument.text().replaceAll("\\s+", " "))
                .contains("0x" + Long.toHexString(PoolLayout.FORMAT.magic()) + "`, version "
                        + PoolLayout.FORMAT.version());
    }

    @Test
    void shouldDescribeCrash() throws Exception {
        assertThat(FormatDocument.offsets("Pool: crash of a worker"))
                .isEqualTo(Map.of(
                        "crashedAt",
                        PoolLayout.CRASHED_AT,
                        "exitCode",
                        PoolLayout.EXIT_CODE,
                        "end",
                        PoolLayout.CRASH_BYTES));
    }

    @Test
    void shouldDescribeRow() throws Exception {
        Map<String, Integer> words = new HashMap<>(Map.of(
                "pid", PoolLayout.PID,
                "workerStarted", PoolLayout.WORKER_STARTED,
                "done", PoolLayout.DONE,
                "task", PoolLayout.TASK,
                "since", PoolLayout.SINCE,
                "usualNanos", PoolLayout.USUAL_NANOS,
                "state", PoolLayout.STATE,
                "workerCrashes", PoolLayout.WORKER_CRASHES,
                "workerNameBytes", PoolLayout.WORKER_NAME_BYTES,
                "functionBytes", PoolLayout.FUNCTION_BYTES));
        words.putAll(Map.of(
                "workerName", PoolLayout.WORKER_NAME,
                "function", PoolLayout.FUNCTION,
                "end", PoolLayout.ROW_BYTES));
        assertThat(FormatDocument.offsets("Pool: row of a worker")).isEqualTo(words);
    }
}
