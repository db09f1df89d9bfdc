// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A real terminal, that of tmux, with a server of its own: nobody else's sessions are touched. */
final class TmuxTerminal {

    private final Path directory;
    private final String server = "ipcq-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();

    /** @param directory for what it needs */
    TmuxTerminal(Path directory) {
        this.directory = directory;
    }

    static boolean isThere() {
        return Files.isExecutable(Path.of("/usr/bin/tmux"));
    }

    String tmux(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("tmux", "-u", "-L", server, "-f", "/dev/null"));
        command.addAll(Arrays.asList(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return out;
    }

    /** The command by the launcher script, at the prompt of a shell that says when it has ended. */
    void start(Object... words) throws Exception {
        startWith("", "", words);
    }

    /**
     * The same.
     *
     * @param before commands of the shell
     * @param behind redirections
     */
    void startWith(String before, String behind, Object... words) throws Exception {
        ProcessBuilder launch = CommandRun.launch(words);
        StringBuilder line = new StringBuilder();
        launch.command().forEach(word -> line.append('\'').append(word).append("' "));
        Path script = Files.writeString(
                directory.resolve("script"),
                "export JAVA_HOME='" + System.getProperty("java.home") + "'\n" + before + "\n" + line + behind
                        + "\necho ended with $?, $(stty -a | grep -o '[-]*echo ')\nexec sh\n");
        tmux("new-session", "-d", "-x", "200", "-y", "24", "sh " + script);
    }

    String screen() throws Exception {
        return tmux("capture-pane", "-p");
    }

    void awaitScreen(String... texts) {
        await().untilAsserted(() -> assertThat(screen()).contains(texts));
    }

    void awaitScreenMatching(String pattern) {
        await().untilAsserted(() -> assertThat(screen()).containsPattern(pattern));
    }

    void awaitNotOnScreen(String text) {
        await().untilAsserted(() -> assertThat(screen()).doesNotContain(text));
    }

    /** Ends the terminal, and what runs there. */
    void close() throws Exception {
        if (isThere()) {
            tmux("kill-server");
        }
    }
}
