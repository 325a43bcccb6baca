namespace ServerlessRosa.Core.Tests.Submissions;

internal static class SubmissionSamples
{
    /// <summary>The submission of OR-182 to OR-192.</summary>
    public const string Plain =
        "<data id=\"trees\" version=\"2024-05\" xmlns:orx=\"http://openrosa.org/xforms\"><photo>1715.jpg</photo>"
        + "<orx:meta><orx:instanceID>uuid:6e1f</orx:instanceID></orx:meta></data>";

    /// <summary>An encryption manifest as in OR-235 to OR-237.</summary>
    public static string Encrypted(string uri) =>
        $"""
            <data xmlns="{uri}" id="trees" version="1" encrypted="yes">
              <base64EncryptedKey>a2V5</base64EncryptedKey>
              <orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>uuid:1</orx:instanceID></orx:meta>
              <media><file>1.jpg.enc</file><file> audit.csv.enc </file><file/></media><media><file>2.jpg.enc</file></media>
              <encryptedXmlFile>submission.xml.enc</encryptedXmlFile>
              <base64EncryptedElementSignature>c2ln</base64EncryptedElementSignature>
            </data>
            """;

    /// <summary>Fields, repeats, media, an audit log and case blocks.</summary>
    public const string Rich = """
        <?xml version="1.0" encoding="UTF-8"?>
        <data id="household" version="7" xmlns="http://example.org/household" xmlns:orx="http://openrosa.org/xforms">
          <name>Ann &amp; Bo</name><photo> 1.jpg </photo><photo/><notes>1.jpg</notes>
          <child><age>3</age><media><front>2.jpg</front><sound>3.m4a</sound></media></child>
          <child><age>5</age><media><front>4.jpg</front><sound> </sound></media></child>
          <child><media><front>2.jpg</front></media></child>
          <case xmlns="http://commcarehq.org/case/transaction/v2" case_id="c1" date_modified="2024-05-01T10:11:12Z"><create>
          <case_name>Ann</case_name></create></case>
          <orx:meta><orx:instanceID>uuid:9</orx:instanceID><orx:audit>audit.csv</orx:audit><orx:deprecatedID>uuid:8</orx:deprecatedID>
          </orx:meta>
        </data>
        """;

    /// <summary>The binary fields of the form of <see cref="Rich"/>.</summary>
    public static readonly string[] RichBinaryPaths = ["/photo", "/child/media/front", "/child/media/sound", "/meta/audit"];
}
