using System.Diagnostics;
using System.Globalization;

namespace ServerlessRosa.Bench;

/// <summary>Processor time and memory of the worker, the local host and the emulator. Values that only Linux provides are null
/// elsewhere.</summary>
internal sealed class ProcessFigures(int worker, int host, IReadOnlyList<int> storage)
{
    private const double TicksPerSecond = 100; // of /proc/stat, on every Linux that .NET runs on
    private const double KiBPerMiB = 1024;

    public double WorkerSeconds => SecondsOf(worker);

    public double HostSeconds => SecondsOf(host);

    public double StorageSeconds => storage.Sum(SecondsOf);

    /// <summary>The processor time of this process and the measured ones, in seconds.</summary>
    public double OwnSeconds => Environment.CpuUsage.TotalTime.TotalSeconds + WorkerSeconds + HostSeconds + StorageSeconds;

    /// <summary>The processor time of all processes of the machine, in seconds.</summary>
    public static double? MachineSeconds
    {
        get
        {
            if (!OperatingSystem.IsLinux())
                return null;
            var ticks = File.ReadLines("/proc/stat")
                .First()
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Skip(1)
                .Select(text => long.Parse(text, CultureInfo.InvariantCulture))
                .ToList();
            return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) / TicksPerSecond; // user, nice, system, irq, softirq
        }
    }

    /// <summary>The worker's peak of resident memory since <see cref="ResetPeak"/>.</summary>
    public double? PeakMiB =>
        OperatingSystem.IsLinux()
            ? File.ReadLines($"/proc/{worker}/status")
                .Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Select(line =>
                    double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / KiBPerMiB
                )
                .First()
            : null;

    public void ResetPeak()
    {
        if (OperatingSystem.IsLinux())
            File.WriteAllText($"/proc/{worker}/clear_refs", "5");
    }

    private static double SecondsOf(int id)
    {
        using var process = Process.GetProcessById(id);
        return process.TotalProcessorTime.TotalSeconds;
    }
}
