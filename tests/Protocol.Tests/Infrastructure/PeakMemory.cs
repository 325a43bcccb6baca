using System.Diagnostics;
using System.Globalization;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>By how much the resident memory of a process has grown at its peak since a moment.</summary>
public sealed class PeakMemory
{
    private readonly int _processId;
    private readonly long _before;

    private PeakMemory(int processId)
    {
        _processId = processId;
        if (OperatingSystem.IsLinux())
        {
            File.WriteAllText(Path("clear_refs"), "5"); // the peak starts again from what is resident now
        }
        _before = Resident();
    }

    public static PeakMemory Watch(int processId) => new(processId);

    public long Growth => Peak() - _before;

    private long Resident()
    {
        using var process = Process.GetProcessById(_processId);
        return OperatingSystem.IsLinux() ? Status("VmRSS:") : process.WorkingSet64;
    }

    // Where the peak cannot be reset, that of the whole life is the best there is: it can only be too high.
    private long Peak()
    {
        using var process = Process.GetProcessById(_processId);
        return OperatingSystem.IsLinux() ? Status("VmHWM:") : Math.Max(process.PeakWorkingSet64, process.WorkingSet64);
    }

    private long Status(string name) =>
        long.Parse(
            File.ReadLines(Path("status"))
                .Single(line => line.StartsWith(name, StringComparison.Ordinal))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        ) * 1024;

    private string Path(string file) => string.Create(CultureInfo.InvariantCulture, $"/proc/{_processId}/{file}");
}
