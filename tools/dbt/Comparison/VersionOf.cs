using System.ComponentModel;
using System.Diagnostics;

namespace Dbt.Tool.Comparison;

/// <summary>Asks programs for their versions.</summary>
internal static class VersionOf
{
    /// <summary>The first line that the program prints; null if there is no such program.</summary>
    public static string? Program(string program, string option)
    {
        try
        {
            using Process process =
                Process.Start(new ProcessStartInfo(program, [option]) { RedirectStandardOutput = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output.Split('\n')[0].Trim();
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
