namespace ServerlessRosa.Dev;

/// <summary>A completed household survey with a photo, and a form that opens a case, as files for curl.</summary>
internal sealed class Samples
{
    public const string FormId = "household";
    public const string InstanceId = "uuid:5f1c7a52-6f0e-4a0e-9a55-0c4f7c2f1b01";
    public const string Photo = "house.jpg";

    private const string CaseForm = "patient.xml";

    private Samples(string folder) => Folder = folder;

    public string Folder { get; }

    public string XmlFile => Path.Combine(Folder, $"{FormId}.xml");

    public string PhotoFile => Path.Combine(Folder, Photo);

    public string CaseFile => Path.Combine(Folder, CaseForm);

    /// <summary>The user id of the case's owner.</summary>
    public static Samples CopyTo(DataFolder folder, string? workerUserId)
    {
        var samples = Directory.CreateDirectory(folder.PathOf("samples"));
        foreach (var file in Directory.GetFiles(Path.Combine(DemoProject.SeedFolder, "samples")))
            File.Copy(file, Path.Combine(samples.FullName, Path.GetFileName(file)), overwrite: true);
        var copied = new Samples(samples.FullName);
        File.WriteAllText(
            copied.CaseFile,
            File.ReadAllText(copied.CaseFile).Replace("{workerUserId}", workerUserId, StringComparison.Ordinal)
        );
        return copied;
    }
}
