// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.IpcException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ChildProcessBuilderTest {

    @Test
    void shouldYieldOptionsThatCanBeReadBack() {
        ChildProcessOptions options = ChildProcess.builder(Work::nothing)
                .name("writer")
                .heap("64m")
                .jvmOptions("-Xss1m")
                .environment(Map.of("A", "1"))
                .directory(Path.of("."))
                .classPath(List.of(Path.of("a.jar")))
                .output(Output.PREFIXED)
                .daemon(false)
                .options();

        assertThat(options.name()).hasValue("writer");
        assertThat(options.jvmOptions()).containsExactly("-Xmx64m", "-Xss1m");
        assertThat(options.environment()).containsEntry("A", "1");
        assertThat(options.directory()).hasValue(Path.of("."));
        assertThat(options.classPath()).containsExactly(Path.of("a.jar"));
        assertThat(options.output()).isEqualTo(Output.PREFIXED);
        assertThat(options.daemon()).isFalse();
    }

    /** Where the build talks to this JVM through its standard output, as it does here, no child may write to that. */
    @Test
    void shouldHaveOutputThatDisturbsNoBuild() {
        assertThat(ChildProcess.builder().options().output()).isEqualTo(Output.PREFIXED);
        assertThat(outputWith("inherit")).isEqualTo(Output.INHERIT);
        assertThat(outputWith("Discard ")).isEqualTo(Output.DISCARD);
        assertThatThrownBy(() -> outputWith("both"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inherit, prefixed, slf4j or discard: ipcq.output=both");
    }

    private static Output outputWith(String property) {
        return with("ipcq.output", property, () -> ChildProcess.builder().options())
                .output();
    }

    @Test
    void shouldHaveOptionsOfAllChildrenBeforeItsOwn() {
        ChildProcessOptions options = with(
                "ipcq.child.jvmOptions",
                "-Xmx32m '-Dname=two words'  -Xss2m",
                () -> ChildProcess.builder().heap("64m").options());
        assertThat(options.jvmOptions()).containsExactly("-Xmx32m", "-Dname=two words", "-Xss2m", "-Xmx64m");
    }

    private static ChildProcessOptions with(String property, String value, Supplier<ChildProcessOptions> options) {
        String before = System.getProperty(property);
        System.setProperty(property, value);
        try {
            return options.get();
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }

    @Test
    void shouldRefuseWhatCannotWork() {
        ChildProcessBuilder builder = ChildProcess.builder(Work::nothing);

        assertThatThrownBy(() -> builder.heap("64 MB"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("heap=64 MB");
        assertThatThrownBy(() -> builder.directory(Path.of("no such directory")).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("directory=no such directory");
        assertThatThrownBy(() -> ChildProcess.builder().build()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldNameChildrenInTheOrderTheyAreMade() {
        String first = new ChildProcess(Work::nothing).name();
        String second = new ChildProcess(Work::nothing).name();

        int number = Integer.parseInt(first.substring("Process-".length()));
        assertThat(second).isEqualTo("Process-" + (number + 1));
        assertThat(ChildProcess.current().name()).isEqualTo("MainProcess");
        assertThat(ChildProcess.parent()).isEmpty();
    }

    @Test
    void shouldRefuseToUseWhatWasNotStarted() {
        ChildProcess child = ChildProcess.builder(Work::nothing).name("idle").build();

        assertThatThrownBy(child::join)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("name=idle");
        assertThatThrownBy(child::terminate).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(child::pid).isInstanceOf(IllegalStateException.class);
        assertThat(child).hasToString("ChildProcess[name=idle, not started]");
    }

    @Test
    void shouldTellSignalsFromExitCodes() {
        assertThat(ExitStatus.of(0).description()).isEqualTo("exit code 0");
        assertThat(ExitStatus.of(128).code()).isEqualTo(128);
        assertThat(ExitStatus.of(134).description()).isEqualTo("killed by signal 6, SIGABRT");
        assertThat(ExitStatus.of(159).code()).isEqualTo(-31);
        assertThat(ExitStatus.of(160).code()).isEqualTo(160);
        assertThat(ExitStatus.of(255).code()).isEqualTo(255);
    }

    @Test
    void shouldTakeClassPathFromClassLoaderOfBuildTool() throws Exception {
        URL[] urls = {URI.create("file:/tools/program%20one.jar").toURL()};
        try (URLClassLoader loader = new URLClassLoader(urls, null)) {
            assertThat(ChildClassPath.inherited(loader)).contains(Path.of("/tools/program one.jar"));
        }
    }

    @Test
    void shouldSayWhatToDoWhereProgramIsInNoFile() throws Exception {
        URL[] urls = {URI.create("https://example.org/program.jar").toURL()};
        try (URLClassLoader loader = new URLClassLoader(urls, null)) {
            assertThatThrownBy(() -> ChildClassPath.inherited(loader))
                    .isInstanceOf(IpcException.class)
                    .hasMessageContaining("program.jar")
                    .hasMessageContaining("classPath");
        }
    }
}
