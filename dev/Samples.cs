namespace ServerlessRosa.Dev;

/// <summary>A filled-in household survey with a photo, as files that curl can send.</summary>
internal sealed class Samples
{
    public const string FormId = "household";
    public const string InstanceId = "uuid:5f1c7a52-6f0e-4a0e-9a55-0c4f7c2f1b01";
    public const string Photo = "house.jpg";

    private Samples(string folder) => Folder = folder;

    public string Folder { get; }

    public string XmlFile => Path.Combine(Folder, $"{FormId}.xml");

    public string PhotoFile => Path.Combine(Folder, Photo);

    public static Samples CopyTo(DataFolder folder)
    {
        var samples = Directory.CreateDirectory(folder.PathOf("samples"));
        foreach (var file in Directory.GetFiles(Path.Combine(DemoProject.SeedFolder, "samples")))
            File.Copy(file, Path.Combine(samples.FullName, Path.GetFileName(file)), overwrite: true);
        return new Samples(samples.FullName);
    }
}
