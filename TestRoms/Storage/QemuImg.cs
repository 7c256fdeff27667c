using System.Diagnostics;
using Xunit;

namespace Dbt.TestRoms.Storage;

/// <summary>QEMU's own tool for disk images, which made the format.</summary>
internal static class QemuImg
{
    /// <summary>What <c>check</c> says of an image in which clusters are in use by nothing.</summary>
    public const int Leaks = 3;

    /// <summary>Runs it to its end, which has to be good.</summary>
    public static void Run(params string[] arguments)
    {
        (int status, string said) = Start(arguments);
        Assert.True(status == 0, $"qemu-img {string.Join(' ', arguments)}: {said}");
    }

    /// <summary>The status of <c>check</c>: 0 where all is well.</summary>
    public static int Check(string image) => Start("check", "-f", "qcow2", image).Status;

    /// <summary>The contents of a disk.</summary>
    public static byte[] Contents(string image, string format = "qcow2")
    {
        string raw = image + ".raw";
        Run("convert", "-f", format, "-O", "raw", image, raw);
        return File.ReadAllBytes(raw);
    }

    private static (int Status, string Said) Start(params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo("qemu-img", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
