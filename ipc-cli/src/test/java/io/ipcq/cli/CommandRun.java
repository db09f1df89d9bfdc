// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.json.JsonMapper;

/**
 * A command that has been run, in this JVM or by the launcher script.
 *
 * @param code it ended with
 * @param out what it printed to the standard output
 * @param err what it printed to the other one
 */
record CommandRun(int code, String out, String err) {

    private static final JsonMapper JSON = new JsonMapper();

    /** In this JVM, with nothing to read. */
    static CommandRun here(Object... arguments) {
        return here(Terminal.NONE, "", arguments);
    }

    static CommandRun here(Terminal terminal, String input, Object... arguments) {
        return here(terminal, new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), arguments);
    }

    static CommandRun here(Terminal terminal, InputStream input, Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Screen screen = new Screen(input, out, err, terminal);
        int code = Ipcq.run(screen, words(arguments));
        return new CommandRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static String[] words(Object... arguments) {
        return Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    }

    /** By the script, as somebody at a shell does. */
    static CommandRun launched(Object... arguments) {
        return launchedReading("", arguments);
    }

    static CommandRun launchedReading(String input, Object... arguments) {
        try {
            Process process = launch(arguments).start();
            CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            String out = text(process.getInputStream());
            return new CommandRun(process.waitFor(), out, err.join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The script, not yet started; it finds that all is built, as Maven has just done that. */
    static ProcessBuilder launch(Object... arguments) throws IOException {
        Path target = Path.of("target").toAbsolutePath();
        assertThat(target.resolve("ipc-cli.jar")).exists();
        Files.writeString(target.resolve("built"), "");
        List<String> command =
                new ArrayList<>(List.of(target.resolve("../../ipcq").normalize().toString()));
        command.addAll(List.of(words(arguments)));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder;
    }

    private static String text(InputStream stream) {
        try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    CommandRun endsWith(int expected) {
        assertThat(code).as("exit code; it printed:%n%s%n%s", out, err).isEqualTo(expected);
        return this;
    }

    List<String> lines() {
        return out.lines().toList();
    }

    /** Each line as the object that it has to be. */
    List<Map<String, Object>> objects() {
        return out.lines().map(CommandRun::object).toList();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(String line) {
        return JSON.readValue(line, Map.class);
    }
}
