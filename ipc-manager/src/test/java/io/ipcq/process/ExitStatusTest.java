// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExitStatusTest {

    @Test
    void shouldReadCodesAboveThoseOfShellsAsSignals() {
        assertThat(ExitStatus.of(143).code()).isEqualTo(-15);
        assertThat(ExitStatus.of(137).description()).startsWith("killed by signal 9, SIGKILL");
        assertThat(ExitStatus.of(128).code()).isEqualTo(128);
        assertThat(ExitStatus.of(160).code()).isEqualTo(160);
        assertThat(ExitStatus.of(1).code()).isEqualTo(1);
    }

    @Test
    void shouldReadSilentEndOfStartingJvmAsTheSignalItGot() {
        assertThat(ExitStatus.ofTerminatedWhileStarting(1).code()).isEqualTo(-15);
        assertThat(ExitStatus.ofTerminatedWhileStarting(143).code()).isEqualTo(-15);
        assertThat(ExitStatus.ofTerminatedWhileStarting(137).code()).isEqualTo(-9);
        assertThat(ExitStatus.ofTerminatedWhileStarting(3).code()).isEqualTo(3);
    }
}
