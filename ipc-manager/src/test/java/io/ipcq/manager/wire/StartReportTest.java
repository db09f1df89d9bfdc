// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartReportTest {

    private static final class HoldsThread extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("unused")
        private final Thread thread = Thread.currentThread();

        HoldsThread() {
            super("it holds a thread");
        }
    }

    @Test
    void shouldTellTheAddress() throws Exception {
        for (SocketAddress address :
                List.of(UnixDomainSocketAddress.of("socket"), new InetSocketAddress("localhost", 1))) {
            assertThat(StartReport.read(StartReport.serves(address))).isEqualTo(new StartReport(address, null));
        }
    }

    @Test
    void shouldTellTheSameOfWhatCannotBePassedOn() throws Exception {
        IllegalStateException deep = new IllegalStateException("deep");
        for (int i = 0; i < 100_000; i++) {
            deep = new IllegalStateException("deep", deep);
        }
        for (Throwable thrown : List.of(new HoldsThread(), new IllegalStateException("x".repeat(4 << 20)), deep)) {
            byte[] told = StartReport.failed(thrown);
            assertThat(told).hasSizeLessThanOrEqualTo(StartReport.MAX_BYTES);
            assertThat(StartReport.read(told).failure())
                    .isExactlyInstanceOf(IOException.class)
                    .message()
                    .isEqualTo(thrown.toString()
                            .substring(0, Math.min(1_000, thrown.toString().length())));
        }
        IllegalStateException plain = new IllegalStateException("plain");
        assertThat(StartReport.read(StartReport.failed(plain)).failure())
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("plain")
                .hasStackTraceContaining("StartReportTest");
    }

    @Test
    void shouldSayWhenItCannotBeRead() {
        assertThat(StartReport.read(new byte[] {1, 2, 3}).failure()).isInstanceOf(IOException.class);
        assertThat(StartReport.NOTHING.failure()).isNull();
    }
}
