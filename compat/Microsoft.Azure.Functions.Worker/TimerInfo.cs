namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a run of a timer function is told about its schedule.</summary>
public class TimerInfo
{
    /// <summary>Null when <see cref="TimerTriggerAttribute.UseMonitor"/> is off.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether this run makes up for one that was missed. The stand-in host makes up for none.</summary>
    public bool IsPastDue { get; set; }
}
