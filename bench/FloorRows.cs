using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;

namespace ServerlessRosa.Bench;

/// <summary>Rows of the same shape and size as the app's, with which the floor is measured.</summary>
internal static class FloorRows
{
    public const string Partition = "bench-floor";
    public const string FormRow = "form";
    private static readonly byte[] PackedXml = Samples.File(Samples.Submission(Samples.NewInstanceId()).Length / 2).ToArray();

    public static TableEntity Form() =>
        new(Partition, FormRow)
        {
            ["Number"] = 1,
            ["Id"] = Samples.FormId,
            ["State"] = "Open",
            ["CreatedAt"] = DateTimeOffset.UtcNow,
            ["UpdatedAt"] = DateTimeOffset.UtcNow,
            ["CreatedBy"] = 1,
            ["WebFormsEnabled"] = false,
            ["Published"] = new string('x', 700),
        };

    public static TableEntity Instance(string row, string id, string timeline, int files)
    {
        var entity = new TableEntity(Partition, row) { ["State"] = "Current", ["TimelineKey"] = timeline };
        AddVersion(entity, "", id);
        if (files > 0)
            entity["Media"] = new string('x', 300 * files);
        return entity;
    }

    public static TableEntity Case(string partition, string row) =>
        new(partition, row)
        {
            ["Id"] = row,
            ["Type"] = "patient",
            ["Closed"] = false,
            ["Revision"] = 1,
            ["ModifiedOn"] = DateTimeOffset.UtcNow,
            ["Case"] = Samples.File(400).ToArray(),
        };

    public static TableEntity Timeline(string row, string id, int files, string partition = Partition)
    {
        var entity = new TableEntity(partition, row)
        {
            ["RootId"] = id,
            ["CreatedAt"] = DateTimeOffset.UtcNow,
            ["FormVersion"] = "2026-01",
            ["Edits"] = 0,
            ["CaseBlocks"] = 0,
            ["MediaExpected"] = files,
            ["MediaPresent"] = files,
            ["Xml"] = PackedXml,
        };
        AddSender(entity, "");
        AddVersion(entity, "Current", id);
        return entity;
    }

    private static void AddVersion(TableEntity entity, string prefix, string id)
    {
        entity[prefix + "InstanceId"] = id;
        entity[prefix + "XmlHash"] = Hash("xml");
        entity[prefix + "FormVersion"] = "2026-01";
        entity[prefix + "InstanceName"] = "Amina Yusuf, 2026-03-04";
        entity[prefix + "CreatedAt"] = DateTimeOffset.UtcNow;
        AddSender(entity, prefix);
    }

    private static void AddSender(TableEntity entity, string prefix)
    {
        entity[prefix + "Submitter"] = 1;
        entity[prefix + "DeviceId"] = "bench";
        entity[prefix + "UserAgent"] = "bench";
    }

    public static string InstanceRow(string id) => "i|" + Hash(id);

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
