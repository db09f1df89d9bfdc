// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program that {@code java -jar} started may do, its children may, and nothing else. */
class MainManifestIT {

    @TempDir
    Path directory;

    private List<String> run(Class<?> main, String attribute, String value, String... options) throws Exception {
        Path jar = Jars.executable(directory, main, attribute, value);
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("-Dipcq.archive=off", "-jar"));
        try (Program program = Program.start(directory, all, jar.toString())) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            return program.output().lines().toList();
        }
    }

    @Test
    void shouldOpenToChildrenWhatTheManifestOpens() throws Exception {
        assertThat(run(Opened.class, "Add-Opens", "java.base/java.text java.base/java.time"))
                .containsExactly("java.text true, java.time true, java.math false");
    }

    static final class Opened {
        public static void main(String[] args) throws Exception {
            ChildProcess child = new ChildProcess(Opened::show);
            child.start();
            child.joinOrThrow();
        }

        private static void show() {
            Module base = Object.class.getModule();
            Module mine = Opened.class.getModule();
            System.out.println("java.text " + base.isOpen("java.text", mine) + ", java.time "
                    + base.isOpen("java.time", mine) + ", java.math " + base.isOpen("java.math", mine));
        }
    }

    /** Where native calls are denied, only what the program enables by name is enabled, in its children, too. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @EnabledForJreRange(minVersion = 24)
    void shouldEnableNativeAccessInChildrenOnlyIfTheManifestDoes(boolean enabled) throws Exception {
        assertThat(run(
                        Native.class,
                        enabled ? "Enable-Native-Access" : "Comment",
                        "ALL-UNNAMED",
                        "--illegal-native-access=deny"))
                .containsExactly("parent " + enabled, "child " + enabled, "waiting child " + enabled);
    }

    static final class Native {
        public static void main(String[] args) throws Exception {
            show("parent");
            for (StartMethod method : List.of(StartMethod.SPAWN, StartMethod.STANDBY)) {
                ChildProcessBuilder builder = ChildProcess.builder(
                                Native::show, method == StartMethod.SPAWN ? "child" : "waiting child")
                        .startMethod(method);
                (method == StartMethod.STANDBY ? builder.prepare() : builder)
                        .start()
                        .joinOrThrow();
            }
        }

        private static void show(String who) throws Exception {
            System.out.println(
                    who + " " + Module.class.getMethod("isNativeAccessEnabled").invoke(Native.class.getModule()));
        }
    }
}
