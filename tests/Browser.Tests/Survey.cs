using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Browser.Tests;

/// <summary>A form in two languages with choices, a place and a photo.</summary>
internal static class Survey
{
    public static string Form(string id) =>
        $"""
            <?xml version="1.0"?>
            <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"
                xmlns:orx="http://openrosa.org/xforms">
            <h:head><h:title>Survey</h:title><model>
            <itext>
              <translation lang="English (en)" default="true()">
                <text id="/data/kind:label"><value>What grows here?</value></text><text id="kinds-0"><value>An oak</value></text>
                <text id="kinds-1"><value>A birch</value></text>
              </translation>
              <translation lang="Français (fr)">
                <text id="/data/kind:label"><value>Que pousse-t-il ici ?</value></text><text id="kinds-0"><value>Un chêne</value></text>
                <text id="kinds-1"><value>Un bouleau</value></text>
              </translation>
            </itext>
            <instance><data id="{id}" version="1"><kind/><place/><photo/><orx:meta><orx:instanceID/></orx:meta></data></instance>
            <instance id="kinds"><root>
              <item><itextId>kinds-0</itextId><name>oak</name></item><item><itextId>kinds-1</itextId><name>birch</name></item>
            </root></instance>
            <bind nodeset="/data/kind" type="string"/><bind nodeset="/data/place" type="geopoint"/>
            <bind nodeset="/data/photo" type="binary"/>
            <bind nodeset="/data/orx:meta/orx:instanceID" type="string" readonly="true()" jr:preload="uid"/>
            </model></h:head>
            <h:body>
            <select1 ref="/data/kind"><label ref="jr:itext('/data/kind:label')"/>
              <itemset nodeset="instance('kinds')/root/item"><value ref="name"/><label ref="jr:itext(itextId)"/></itemset></select1>
            <input ref="/data/place"><label>Place</label></input>
            <upload ref="/data/photo" mediatype="image/*"><label>Photo</label></upload>
            </h:body></h:html>
            """;

    /// <summary>A form that begins with what was answered last, and that asks for a sound.</summary>
    public static string Sequel(string id) =>
        $"""
            <?xml version="1.0"?>
            <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"
                xmlns:orx="http://openrosa.org/xforms">
            <h:head><h:title>Sequel</h:title><model>
            <instance><data id="{id}" version="1"><species/><song/><orx:meta><orx:instanceID/></orx:meta></data></instance>
            <instance id="__last-saved" src="jr://instance/last-saved"/>
            <bind nodeset="/data/species" type="string"/><bind nodeset="/data/song" type="binary"/>
            <bind nodeset="/data/orx:meta/orx:instanceID" type="string" readonly="true()" jr:preload="uid"/>
            <setvalue event="odk-instance-first-load" ref="/data/species" value="instance('__last-saved')/data/species"/>
            </model></h:head>
            <h:body><input ref="/data/species"><label>Species</label></input>
            <upload ref="/data/song" mediatype="audio/*"><label>Song of a bird</label></upload></h:body></h:html>
            """;

    public static string Submission(string form, string instance, string kind = "oak", string place = "47.5 7.6 260 5") =>
        $"<data id=\"{form}\" version=\"1\" xmlns:orx=\"http://openrosa.org/xforms\"><kind>{kind}</kind><place>{place}</place>"
        + $"<photo>bark.png</photo><orx:meta><orx:instanceID>{instance}</orx:instanceID></orx:meta></data>";

    /// <summary>Sends one, with its photo.</summary>
    public static async Task SendAsync(Programme programme, string form, string instance, string kind = "oak")
    {
        using var upload = Samples.Multipart(Submission(form, instance, kind), ("bark.png", Pictures.Png, "image/png"));
        (await programme.Admin.OpenRosa.PostAsync($"{programme.Path}/submission", upload)).ShouldBe(System.Net.HttpStatusCode.Created);
    }
}
