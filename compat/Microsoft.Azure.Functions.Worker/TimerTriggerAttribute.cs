namespace Microsoft.Azure.Functions.Worker;

/// <summary>Marks the <see cref="TimerInfo"/> parameter of a function that runs on a schedule.</summary>
/// <param name="schedule">Six NCRONTAB fields (second, minute, hour, day, month, day of week), or <c>%Setting%</c> to read them from
/// the configuration.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute(string schedule) : Attribute
{
    public string Schedule { get; } = schedule;

    /// <summary>Also run once when the host starts.</summary>
    public bool RunOnStartup { get; set; }

    /// <summary>Whether the run is told its place in the schedule. The stand-in host remembers the schedule only while it runs.</summary>
    public bool UseMonitor { get; set; } = true;
}
