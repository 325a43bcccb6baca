using System.Text.RegularExpressions;
using System.Xml.Linq;
using ServerlessRosa.Dev;
using ServerlessRosa.XlsForms;
using Xunit;

namespace ServerlessRosa.Core.Tests.Dev;

public sealed partial class DemoFilesTests
{
    public static TheoryData<string> Forms => [.. DemoProject.Forms.Select(file => Path.GetFileNameWithoutExtension(file)!)];

    [Theory, MemberData(nameof(Forms))]
    public void A_form_has_its_files_name_as_its_id(string form)
    {
        var primary = Load(form).Descendants().First(element => element.Name.LocalName == "instance").Elements().Single();

        Assert.Equal(form, primary.Attribute("id")?.Value);
    }

    [Theory, MemberData(nameof(Forms))]
    public void The_media_of_a_form_are_exactly_the_files_in_its_folder(string form)
    {
        var asked = MediaReference().Matches(Load(form).ToString()).Select(match => match.Groups["name"].Value).Distinct().Order();
        var folder = Path.Combine(DemoProject.SeedFolder, form);
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder) : [];

        Assert.Equal(files.Select(file => Path.GetFileName(file)).Order(), asked);
    }

    [Fact]
    public void The_sample_submission_answers_the_published_form_with_its_photo()
    {
        var form = Load(Samples.FormId).Descendants().First(element => element.Name.LocalName == "instance").Elements().Single();
        var sample = XDocument.Load(Path.Combine(DemoProject.SeedFolder, "samples", $"{Samples.FormId}.xml")).Root!;

        Assert.Equal(form.Attribute("id")?.Value, sample.Attribute("id")?.Value);
        Assert.Equal(form.Attribute("version")?.Value, sample.Attribute("version")?.Value);
        Assert.Equal(Samples.InstanceId, sample.Descendants("instanceID").Single().Value);
        Assert.Equal(Samples.Photo, sample.Descendants("house_photo").Single().Value);
        Assert.True(File.Exists(Path.Combine(DemoProject.SeedFolder, "samples", Samples.Photo)));
    }

    [GeneratedRegex("jr://(images|audio|video|file|file-csv)/(?<name>[^\"<]+)")]
    private static partial Regex MediaReference();

    private static XDocument Load(string form)
    {
        var file = DemoProject.Forms.Single(file => Path.GetFileNameWithoutExtension(file) == form);
        if (Path.GetExtension(file) == ".xml")
            return XDocument.Load(file);
        using var workbook = File.OpenRead(file);
        var result = XlsFormConverter.Convert(workbook, new XlsFormOptions(), CancellationToken.None);
        Assert.Empty(result.Errors.Concat(result.Warnings));
        return XDocument.Parse(result.Form!.Xml);
    }
}
