// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link ChildProcess}, by default those of {@code new ChildProcess(function)}.
 *
 * <pre>{@code
 * ChildProcess child = ChildProcess.builder(Letters::write, queue).name("writer").heap("64m").start();
 * }</pre>
 *
 * <p>Not thread-safe. Process-safe: it concerns this process only.
 */
public final class ChildProcessBuilder {

    private static final Pattern HEAP = Pattern.compile("[1-9][0-9]*[kKmMgGtT]?");

    private final @Nullable Call call;
    private Optional<String> name = Optional.empty();
    private final List<String> jvmOptions = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private Optional<Path> directory = Optional.empty();
    private List<Path> classPath = List.of();
    private Output output = Output.INHERIT;
    private boolean daemon = true;

    ChildProcessBuilder(@Nullable Call call) {
        this.call = call;
    }

    public ChildProcessBuilder name(String name) {
        this.name = Optional.of(name);
        return this;
    }

    /** Adds options of the child's JVM, such as {@code -XX:+UseSerialGC}. A later one wins over an earlier one. */
    public ChildProcessBuilder jvmOptions(String... options) {
        jvmOptions.addAll(List.of(options));
        return this;
    }

    /** The largest heap of the child, in the words of {@code -Xmx}: {@code 512m}, {@code 2g}. By default the JVM decides. */
    public ChildProcessBuilder heap(String size) {
        if (!HEAP.matcher(size).matches()) {
            throw new IllegalArgumentException("heap must be a number with k, m, g or t: heap=" + size);
        }
        return jvmOptions("-Xmx" + size);
    }

    /** Adds variables to the environment that the child gets from its parent, or replaces them. */
    public ChildProcessBuilder environment(Map<String, String> variables) {
        environment.putAll(variables);
        return this;
    }

    public ChildProcessBuilder directory(Path directory) {
        this.directory = Optional.of(directory);
        return this;
    }

    /** What the child loads classes from, instead of the parent's class path. It has to contain ipcq. */
    public ChildProcessBuilder classPath(List<Path> classPath) {
        this.classPath = List.copyOf(classPath);
        return this;
    }

    public ChildProcessBuilder output(Output output) {
        this.output = Objects.requireNonNull(output, "output");
        return this;
    }

    /** Whether the child dies with its parent, which it does by default. */
    public ChildProcessBuilder daemon(boolean daemon) {
        this.daemon = daemon;
        return this;
    }

    /** The options by themselves, for the constructor of a subclass of {@link ChildProcess}. */
    public ChildProcessOptions options() {
        directory.ifPresent(path -> {
            if (!Files.isDirectory(path)) {
                throw new IllegalArgumentException("directory must exist: directory=" + path);
            }
        });
        return new ChildProcessOptions(name, jvmOptions, environment, directory, classPath, output, daemon);
    }

    /** A child that is not started yet. */
    public ChildProcess build() {
        if (call == null) {
            throw new IllegalStateException(
                    "There is no function to run: use builder(function), or pass options() to a subclass");
        }
        return new ChildProcess(options(), call);
    }

    /** A started child. */
    public ChildProcess start() throws IOException {
        ChildProcess child = build();
        child.start();
        return child;
    }
}
