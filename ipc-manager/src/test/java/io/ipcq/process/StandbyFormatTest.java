// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.FormatDocument;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds docs/file-format.md and the layout of the file through which a waiting JVM is given its task together. */
class StandbyFormatTest {

    @Test
    void shouldDescribeFile() throws Exception {
        assertThat(FormatDocument.offsets("Waiting JVM: slot"))
                .isEqualTo(Map.of(
                        "state", StandbyLayout.STATE,
                        "idleNanos", StandbyLayout.IDLE_NANOS,
                        "taskWaiter", StandbyLayout.TASK_WAITER,
                        "readyWaiter", StandbyLayout.READY_WAITER,
                        "codeBytes", StandbyLayout.CODE_BYTES,
                        "code", StandbyLayout.CODE,
                        "taskBytes", StandbyLayout.TASK_BYTES,
                        "task", StandbyLayout.TASK,
                        "end", StandbyLayout.REGION_BYTES));
        assertThat(FormatDocument.text().replaceAll("\\s+", " "))
                .contains("0x" + Long.toHexString(StandbyLayout.FORMAT.magic()) + "`, version "
                        + StandbyLayout.FORMAT.version());
    }
}
