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
        assertThat(ExitStatus.ofToldWhileStarting(1, 15).code()).isEqualTo(-15);
        assertThat(ExitStatus.ofToldWhileStarting(143, 15).code()).isEqualTo(-15);
        assertThat(ExitStatus.ofToldWhileStarting(137, 15).code()).isEqualTo(-9);
        assertThat(ExitStatus.ofToldWhileStarting(1, 2).code()).isEqualTo(-2);
        assertThat(ExitStatus.ofToldWhileStarting(3, 15).code()).isEqualTo(3);
    }
}
