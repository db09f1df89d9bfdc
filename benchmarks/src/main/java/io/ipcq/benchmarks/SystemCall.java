// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;

/** A call of the kernel by its number, with nothing around it. Linux only, on x86-64 and AArch64. */
final class SystemCall {

    private static final boolean IS_ARM = System.getProperty("os.arch").equals("aarch64");

    private final long number;
    private final long function = Library.getDefault().getSymbolAddress("syscall");
    private final CallContext context =
            new CallContext(Type.SINT64, Type.SINT64, Type.SINT64, Type.SINT64, Type.SINT64, Type.SINT64);
    private final Invoker invoker = Invoker.getInstance();

    private SystemCall(long number) {
        this.number = number;
    }

    /** The numbers of one call differ from processor to processor. */
    static SystemCall of(int onX86, int onArm) {
        return new SystemCall(IS_ARM ? onArm : onX86);
    }

    /** What the call returns; negative if it failed. */
    long call(long first, long second, long third, long fourth) {
        return invoker.invokeL5NoErrno(context, function, number, first, second, third, fourth);
    }
}
