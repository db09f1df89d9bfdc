// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TestJvmIT {

    static final class Echo {
        public static void main(String[] args) throws Exception {
            System.out.println("hello " + args[0] + System.getProperty("suffix", ""));
            System.exit(System.in.read() - '0');
        }
    }

    @Test
    void shouldHearAndSpeakAndKnowTheEnd() {
        try (TestJvm child = TestJvm.start(List.of("-Dsuffix=!"), Echo.class, "world")) {
            assertThat(child.awaitLine("hello")).isEqualTo("hello world!");
            child.send("7");
            assertThat(child.exitCode()).isEqualTo(7);
        }
    }

    @Test
    void shouldKillStoppedChild() {
        try (TestJvm child = TestJvm.start(Echo.class, "world")) {
            child.awaitLine("hello");
            assertThat(child.stop()).isTrue();
            child.kill();
            assertThat(child.exitCode()).isEqualTo(128 + 9);
        }
    }

    @Test
    void shouldSayWhenChildHadEndedBeforeItCouldBeStopped() {
        try (TestJvm child = TestJvm.start(Echo.class, "world")) {
            child.send("0");
            child.awaitSuccess();
            assertThat(child.stop()).isFalse();
        }
    }

    @Test
    void shouldShowOutputWhenLineDoesNotCome() {
        try (TestJvm child = TestJvm.start(Echo.class, "world")) {
            child.awaitLine("hello");
            child.send("0");
            assertThatThrownBy(() -> child.awaitLine("never"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("ended before it printed \"never\"")
                    .hasMessageContaining("hello world");
        }
    }
}
