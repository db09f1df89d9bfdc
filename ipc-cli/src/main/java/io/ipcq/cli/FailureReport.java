// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Says in one line why a command failed; the whole exception with {@code IPCQ_DEBUG=1} in the environment. */
final class FailureReport implements IExecutionExceptionHandler {

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult line) {
        if (failure instanceof Screen.ClosedPipeException) {
            return ExitCodes.PIPE_CLOSED;
        }
        Screen.of(command.getCommandSpec()).note("ipcq: " + describe(failure));
        if ("1".equals(System.getenv("IPCQ_DEBUG"))) {
            PrintWriter err = command.getErr();
            failure.printStackTrace(err);
            err.flush();
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    static String describe(Throwable failure) {
        String message = failure.getMessage();
        if (message == null) {
            return failure.getClass().getSimpleName() + "; set IPCQ_DEBUG=1 to see where";
        }
        // these have little but a path for a message
        if (failure instanceof NoSuchFileException) {
            return "there is nothing: " + message;
        }
        return failure instanceof FileSystemException
                ? failure.getClass().getSimpleName().replace("Exception", "") + ": " + message
                : message;
    }
}
