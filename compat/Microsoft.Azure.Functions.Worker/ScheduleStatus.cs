namespace Microsoft.Azure.Functions.Worker;

/// <summary>The place of one run in its schedule, in UTC.</summary>
public class ScheduleStatus
{
    /// <summary>The occurrence before this one; the default date when there was none.</summary>
    public DateTime Last { get; set; }

    public DateTime Next { get; set; }

    public DateTime LastUpdated { get; set; }
}
